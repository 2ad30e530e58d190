"""Vectors of rating and changes: proration, chains of changes, shares, tax, prices, cycle dates."""

from datetime import date, datetime
from fractions import Fraction

import civil
from arithmetic import allocate, round_fraction, telescope, thirty_day_count
from vectorfile import Table, expect


def local_midnight(day, zone):
    return civil.to_instant(datetime.fromisoformat(day), zone)


def remaining_share(mode, zone, start, end, at):
    """The share of [start, end) that is left at `at`."""
    if mode == "second":
        return Fraction(int((end - at).total_seconds()), int((end - start).total_seconds()))
    dates = [civil.to_civil(moment, zone).date() for moment in (start, end, at)]
    if mode == "day":
        return Fraction((dates[1] - dates[2]).days, (dates[1] - dates[0]).days)
    return Fraction(thirty_day_count(dates[2], dates[1]), thirty_day_count(dates[0], dates[1]))


def proration():
    table = Table(
        "proration",
        [
            "What is credited of an amount paid for [period_start, period_end) when it is",
            "left at `at`,",
            "rounded half up; the exact share of the period that is left. The same number is",
            "what a",
            "price entered at `at` costs until the period ends.",
        ],
        [
            "id",
            "mode",
            "zone",
            "period_start",
            "period_end",
            "at",
            "amount_minor",
            "exponent",
            "expected_credit_minor",
            "fraction",
        ],
    )

    def add(name, mode, zone, moments, amount, exponent=2, credit=None, fraction=None):
        start, end, at = moments
        share = remaining_share(mode, zone, start, end, at)
        computed = round_fraction(amount * share, "half_up")
        if credit is not None:
            expect(name, computed, credit)
        if fraction is not None:
            expect(name, share, Fraction(fraction))
        texts = [civil.instant_text(moment) for moment in moments]
        table.add(name, mode, zone, *texts, amount, exponent, computed, share)

    def days(name, zone, start, end, at, amount, **expected):
        moments = [local_midnight(day, zone) for day in (start, end, at)]
        add(name, "day", zone, moments, amount, **expected)

    # Day-based shares and money of the kind that Kill Bill's tests fix. Where the source gives the
    # share that was used, the row has the rest: KB6 used 13/28.
    days("KB1", "UTC", "2011-02-10", "2011-03-10", "2011-02-24", 10000, fraction="14/28")
    days("KB2", "UTC", "2011-02-03", "2011-03-03", "2011-02-17", 10000, fraction="14/28")
    days("KB6", "UTC", "2011-02-01", "2011-03-01", "2011-02-14", 10000, fraction="15/28")
    # KB7: from the original anchor 31 January, 14 of 28 days; a source measured the period as 31.
    days("KB7", "UTC", "2011-01-31", "2011-02-28", "2011-02-14", 10000, fraction="14/28")
    days("KB9", "UTC", "2011-02-07", "2011-03-07", "2011-02-15", 10000, fraction="20/28")
    days("KB11", "UTC", "2010-02-15", "2011-02-15", "2011-01-31", 36500, fraction="15/365")
    days("KM1", "UTC", "2021-08-25", "2021-09-25", "2021-09-16", 2495, fraction="9/31", credit=724)
    days("KM3", "UTC", "2021-08-25", "2021-09-25", "2021-09-17", 2495, fraction="8/31", credit=644)
    days("KM5", "UTC", "2021-09-20", "2021-10-20", "2021-09-30", 1795,
         fraction="20/30", credit=1197)
    thirty = [
        ("KB15.1", "2023-05-15", "2023-06-15", "2023-05-23"),
        ("KB15.2", "2023-06-15", "2023-07-15", "2023-06-23"),
        ("KB15.3", "2023-02-15", "2023-03-15", "2023-02-23"),
        ("KB15.4", "2024-02-15", "2024-03-15", "2024-02-23"),
    ]
    for name, *dates in thirty:
        moments = [local_midnight(day, "UTC") for day in dates]
        add(name, "thirty_day", "UTC", moments, 3000, fraction="22/30", credit=2200)

    april = [local_midnight(day, "UTC") for day in ("2025-04-01", "2025-05-01", "2025-04-16")]
    add("S1.credit", "second", "UTC", april, 1000, credit=500)
    add("S1.charge", "second", "UTC", april, 2000, credit=1000)
    add("S4.credit", "second", "UTC", april, 2000, credit=1000)
    add("S4.charge", "second", "UTC", april, 5000, credit=2500)
    # L1: 14 of 31 days were used and cost 45.16, so 17 of 31 are left.
    days("L1", "UTC", "2025-01-01", "2025-02-01", "2025-01-15", 10000,
         fraction="17/31", credit=5484)
    days("L2", "UTC", "2025-01-01", "2025-02-01", "2025-01-15", 20000,
         fraction="17/31", credit=10968)
    # L4: ended on its first day, which counts as used.
    days("L4", "UTC", "2025-09-18", "2025-10-18", "2025-09-19", 20000,
         fraction="29/30", credit=19333)

    for name, zone, month, seconds, by_second, by_day in (
        ("DST1", "America/New_York", "2025-03", 2674800, 1550, 1548),
        ("DST2", "America/New_York", "2025-11", 2595600, 1498, 1500),
        ("DST3", "Europe/Berlin", "2025-03", 2674800, 1546, 1548),
    ):
        first = date.fromisoformat(month + "-01")
        dates = (str(first), str(civil.add_months(first, 1)), month + "-16")
        moments = [local_midnight(day, zone) for day in dates]
        expect(name, int((moments[1] - moments[0]).total_seconds()), seconds)
        add(name + ".second", "second", zone, moments, 3000, credit=by_second)
        add(name + ".day", "day", zone, moments, 3000, credit=by_day)

    for name, amount, exponent, credit in (
        ("C3", 1000, 0, 548),
        ("C4", 10000, 3, 5484),
        ("C5", 1000, 2, 548),
    ):
        days(name, "UTC", "2025-01-01", "2025-02-01", "2025-01-15", amount, exponent=exponent,
             fraction="17/31", credit=credit)

    number = 0
    zones = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata")
    for zone in zones:
        for start, end in (("2024-02-01", "2024-03-01"), ("2025-03-15", "2025-04-15"),
                           ("2025-09-30", "2025-10-30"), ("2024-03-01", "2025-03-01")):
            period = [local_midnight(day, zone) for day in (start, end)]
            length = period[1] - period[0]
            for part in (Fraction(0), Fraction(1, 3), Fraction(997, 1000)):
                at = period[0] + length * part.numerator / part.denominator
                at = at.replace(microsecond=0)
                for mode in ("second", "day"):
                    for amount in (999, 100000007):
                        add(f"O{number}", mode, zone, [*period, at], amount)
                        number += 1
    return table


def repeated_changes():
    table = Table(
        "repeated_changes",
        [
            "Chains of prices within one period, by the second, rounded half up with",
            "telescoping: each",
            "line is the rounded exact sum so far less what is billed. `steps` are",
            "`instant=amount_minor`",
            "with the price of the whole period; the first is charged whole from its",
            "instant. At every",
            "later step the old price's unused time is credited, then the new one charged.",
            "`net_lines`",
            "are credit plus charge. The total is the rounded exact total.",
        ],
        [
            "id",
            "zone",
            "period_start",
            "period_end",
            "steps",
            "credit_lines",
            "charge_lines",
            "net_lines",
            "total_minor",
            "exact_total",
        ],
    )

    def add(name, zone, start, end, steps, total=None, exact_total=None):
        period = [local_midnight(day, zone) for day in (start, end)]
        prices = [price for _, price in steps]
        shares = [remaining_share("second", zone, *period, at) for at, _ in steps]
        credits, charges, exact = telescope(prices, shares)
        net = [credit + charge for credit, charge in zip(credits, charges)]
        if total is not None:
            expect(name, sum(net), total)
        if exact_total is not None:
            expect(name, exact, Fraction(exact_total))
        expect(name, sum(net), round_fraction(exact, "half_up"))
        chain = " ".join(f"{civil.instant_text(at)}={price}" for at, price in steps)
        lines = [" ".join(map(str, values)) for values in (credits, charges, net)]
        texts = [civil.instant_text(moment) for moment in period]
        table.add(name, zone, *texts, chain, *lines, sum(net), exact)

    def day(text):
        return civil.instant(text + "T00:00:00Z")

    january = ("UTC", "2025-01-01", "2025-02-01")
    first = day("2025-01-01")
    add("T1", *january, [(first, 1000), (day("2025-01-08"), 3100), (day("2025-01-20"), 500)],
        total=1619, exact_total="50200/31")
    # There and back at one instant costs nothing.
    noon = civil.instant("2025-01-11T12:34:56Z")
    add("T2", *january, [(first, 995), (noon, 2999), (noon, 995)], total=995, exact_total=995)
    # A change at the start is a start on the new plan.
    add("T3", *january, [(first, 1000), (first, 3100)], total=3100, exact_total=3100)
    # Through which plan a change at one instant goes does not matter to the total.
    add("T4.direct", *january, [(first, 999), (noon, 777)])
    add("T4.detour", *january, [(first, 999), (noon, 5001), (noon, 0), (noon, 777)])
    add("T5", *january, [(noon, 1999)])
    add("T6", *january, [(first, 0), (noon, 2500), (day("2025-01-31"), 0)])
    state = 1
    for number in range(12):
        zone = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe")[number % 4]
        dates = (("2025-03-01", "2025-04-01"), ("2025-10-15", "2025-11-15"))[number // 4 % 2]
        period = [local_midnight(text, zone) for text in dates]
        length = int((period[1] - period[0]).total_seconds())
        seconds, prices = [0], [1000]
        for _ in range(number + 1):
            state = (state * 1103515245 + 12345) % 2**31
            seconds.append(state % length)
            state = (state * 1103515245 + 12345) % 2**31
            prices.append(state % 20000)
        steps = [(period[0] + civil.SECOND * s, p) for s, p in zip(sorted(seconds), prices)]
        add(f"O{number}", zone, *dates, steps)
    return table


def allocation():
    table = Table(
        "allocation",
        ["A whole divided by weights: largest remainder, ties to the earlier share."],
        ["id", "total", "weights", "shares"],
    )
    quoted = [
        ("AL1", 1000, [1, 1, 1], [334, 333, 333]),
        ("AL2", 5, [3, 7], [2, 3]),
        ("AL3", 1001, [1, 2, 3, 4], [100, 200, 300, 401]),
        ("AL4", 7, [1] * 10, [1] * 7 + [0] * 3),
    ]
    rows = [(name, total, weights, expect(name, allocate(total, weights), shares))
            for name, total, weights, shares in quoted]
    for number, (total, weights) in enumerate(
        [(0, [1, 2]), (1, [5, 5]), (100, [7]), (10, [0, 1, 0]), (999, [10**12, 1, 10**12]),
         (12345678901, [3, 1, 4, 1, 5, 9, 2, 6]), (3, [1, 1, 1, 1]), (100, [33, 33, 34])]
    ):
        rows.append((f"O{number}", total, weights, allocate(total, weights)))
    for name, total, weights, shares in rows:
        table.add(name, total, " ".join(map(str, weights)), " ".join(map(str, shares)))
    return table


def tax():
    table = Table(
        "tax",
        [
            "Tax in minor units. `line`: each line rounded, then added. `invoice`: added,",
            "then rounded.",
            "`inclusive`: the line holds its tax; net and tax add up to it, and gross is never",
            "recomputed from net.",
        ],
        ["id", "rule", "rounding", "lines_minor", "rate_percent", "net_minor", "tax_minor"],
    )
    quoted = [
        ("TX1", "line", "half_up", [10] * 5, "5", 50, 5),
        ("TX2", "line", "half_even", [10] * 5, "5", 50, 0),
        ("TX3", "invoice", "half_up", [10] * 5, "5", 50, 3),
        ("TX4", "invoice", "half_even", [10] * 5, "5", 50, 2),
        ("TX5", "line", "half_up", [333] * 3, "7.5", 999, 75),
        ("TX6", "invoice", "half_up", [333] * 3, "7.5", 999, 75),
        ("TX7", "inclusive", "half_up", [1000], "20", 833, 167),
        ("TX8", "inclusive", "half_up", [999], "19", 839, 160),
        ("TX9", "inclusive", "half_up", [1234], "8.75", 1135, 99),
        ("TX10", "inclusive", "half_up", [100], "10", 91, 9),
        # L4: a credit of 193.33 and its tax, each rounded, then added: 241.66, not 241.67.
        ("L4", "line", "half_up", [19333], "25", 19333, 4833),
        # L14: 5.00 of a coupon fell on a fee of 100.00.
        ("L14", "line", "half_up", [9500], "10", 9500, 950),
        # L17: a prepaid fee of 14.29 takes 17.72 from the wallet.
        ("L17", "line", "half_up", [1429], "24", 1429, 343),
    ]
    for name, rule, rounding, lines, percent, net, tax_minor in quoted:
        rate = Fraction(percent) / 100
        if rule == "inclusive":
            computed_net = sum(round_fraction(line / (1 + rate), rounding) for line in lines)
            computed = (computed_net, sum(lines) - computed_net)
        elif rule == "line":
            computed = (sum(lines), sum(round_fraction(line * rate, rounding) for line in lines))
        else:
            computed = (sum(lines), round_fraction(sum(lines) * rate, rounding))
        expect(name, computed, (net, tax_minor))
        table.add(name, rule, rounding, " ".join(map(str, lines)), percent, net, tax_minor)
    return table


def volume(quantity, tiers):
    for up_to, unit, flat in tiers:
        if up_to is None or quantity <= up_to:
            return Fraction(quantity) * Fraction(unit) + Fraction(flat)
    raise ValueError(quantity)


def prices():
    table = Table(
        "prices",
        [
            "Prices of a quantity, in major units, exact. `tiers`: `up_to:unit:flat` in",
            "order, `*` for",
            "no end. `volume` rates the whole quantity in the one tier it falls in.",
            "`package` tiers are",
            "`size:price:free`, begun packages count. `percentage` tiers are the percentage.",
        ],
        ["id", "model", "tiers", "quantity", "expected_major"],
    )
    tiers = [(100, "2", "10"), (200, "1", "0"), (None, "0.5", "50")]
    tiers_text = "100:2:10 200:1:0 *:0.5:50"
    for number, (quantity, text) in enumerate(
        [("0", "10"), ("1", "12"), ("100", "210"), ("100.5", "100.5"), ("101", "101"),
         ("200", "200"), ("300", "200")], start=1
    ):
        value = volume(Fraction(quantity), tiers)
        expect("L7", value, Fraction(text))
        table.add(f"L7.{number}", "volume", tiers_text, quantity, text)
    for name, free, text in (("L9.1", 0, "1300"), ("L9.2", 10, "1200"), ("L9.3", 200, "0")):
        packages = round_fraction(Fraction(max(0, 121 - free), 10), "up")
        expect(name, Fraction(packages * 100), Fraction(text))
        table.add(name, "package", f"10:100:{free}", "121", text)
    expect("L11", Fraction("2.9") / 100 * 4, Fraction("0.116"))
    table.add("L11", "percentage", "2.9", "4", "0.116")
    docs = [(50000, "0.001", "10"), (100000, "0.0006", "10"), (None, "0.0005", "10")]
    expect("L12", volume(Fraction(65000), docs), Fraction(49))
    table.add("L12", "volume", "50000:0.001:10 100000:0.0006:10 *:0.0005:10", "65000", "49")
    return table


def first_cycle_dates():
    table = Table(
        "first_cycle_dates",
        ["The first date from `start` on that falls on a billing cycle day."],
        ["id", "start", "unit", "cycle_day", "expected"],
    )
    quoted = [
        ("KBC1", "2012-02-16", "month", 30, "2012-02-29"),
        ("KBC2", "2012-02-16", "month", 31, "2012-02-29"),
        ("KBC3", "2012-01-31", "month", 30, "2012-02-29"),
        ("KBC4", "2012-01-31", "year", 30, "2013-01-30"),
        ("KBC5", "2012-02-16", "month", 14, "2012-03-14"),
        ("KBC6", "2012-02-16", "year", 14, "2013-02-14"),
        ("KBC7", "2012-01-16", "month", 17, "2012-01-17"),
        ("KBC8", "2012-07-16", "month", 15, "2012-08-15"),
    ]
    for name, start, unit, day, text in quoted:
        computed = civil.first_cycle_date(date.fromisoformat(start), unit, day)
        table.add(name, start, unit, day, expect(name, str(computed), text))
    number = 0
    for start in ("2023-01-28", "2023-02-28", "2024-02-28", "2024-02-29", "2023-12-31"):
        for day in (1, 28, 29, 30, 31):
            computed = civil.first_cycle_date(date.fromisoformat(start), "month", day)
            table.add(f"O{number}", start, "month", day, computed)
            number += 1
    return table


def tables():
    makers = (proration, repeated_changes, allocation, tax, prices, first_cycle_dates)
    return [make() for make in makers]
