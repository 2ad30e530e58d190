"""Exact arithmetic of money: rounding, proration, allocation, telescoping. Fractions only."""

from fractions import Fraction


def round_fraction(value, rule):
    """An exact value as an integer. `half_up` rounds halves away from zero."""
    magnitude = abs(value)
    whole = magnitude.numerator // magnitude.denominator
    rest = magnitude - whole
    half = Fraction(1, 2)
    if rule == "down":
        up = False
    elif rule == "up":
        up = rest > 0
    elif rule == "half_up":
        up = rest >= half
    elif rule == "half_even":
        up = rest > half or (rest == half and whole % 2 == 1)
    else:
        raise ValueError(rule)
    result = whole + (1 if up else 0)
    return -result if value < 0 else result


def decimal_text(units, scale):
    """units * 10^-scale without trailing zeros: (1250, 2) is "12.5"."""
    sign = "-" if units < 0 else ""
    digits = str(abs(units)).rjust(scale + 1, "0")
    whole, fraction = (digits[:-scale], digits[-scale:]) if scale else (digits, "")
    fraction = fraction.rstrip("0")
    return sign + whole + ("." + fraction if fraction else "")


def allocate(total, weights):
    """Shares of a whole by largest remainder, ties to the earlier share."""
    sum_of_weights = sum(weights)
    exact = [Fraction(total * weight, sum_of_weights) for weight in weights]
    shares = [value.numerator // value.denominator for value in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def telescope(prices, remaining):
    """Credit and charge lines of a chain of prices within one period.

    `prices[i]` holds from the moment at which the share `remaining[i]` of the period is left. The
    first is charged whole from there. Every later step first takes back the old price's unused
    time, then charges the new price's; each line is the rounded exact sum so far less what is
    billed already.
    Returns (credits, charges, exact total); credits[0] is 0.
    """
    exact = Fraction(prices[0]) * remaining[0]
    billed = round_fraction(exact, "half_up")
    credits, charges = [0], [billed]
    for old, new, share in zip(prices, prices[1:], remaining[1:]):
        for price, lines in ((-old, credits), (new, charges)):
            exact += price * share
            line = round_fraction(exact, "half_up") - billed
            billed += line
            lines.append(line)
    return credits, charges, exact


def thirty_day_count(start, end):
    """Days between two dates when every month has thirty."""
    return (
        (end.year - start.year) * 360
        + (end.month - start.month) * 30
        + (min(end.day, 30) - min(start.day, 30))
    )
