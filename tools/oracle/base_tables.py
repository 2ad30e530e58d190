"""Vectors of base: rounding, decimals, amounts, dates, zones, periods."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import civil
from arithmetic import decimal_text, round_fraction
from vectorfile import Table, expect

RULES = ("half_up", "half_even", "down", "up")
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata")


# Governments change their clocks at short notice, and the files of a newer release then differ: of
# zones in which that is likely only years that are over are asked.
SETTLED = (2022, 2025)


def rounding():
    table = Table(
        "rounding",
        ["numerator / denominator rounded to an integer under each policy."],
        ["id", "numerator", "denominator", *RULES],
    )
    # Quoted: id, fraction, half_up, half_even.
    quoted = [
        ("R1", Fraction(5, 2), 3, 2),
        ("R2", Fraction(7, 2), 4, 4),
        ("R3", Fraction(-5, 2), -3, -2),
    ]
    for name, value, half_up, half_even in quoted:
        expect(name, round_fraction(value, "half_up"), half_up)
        expect(name, round_fraction(value, "half_even"), half_even)
        rounded = (round_fraction(value, rule) for rule in RULES)
        table.add(name, value.numerator, value.denominator, *rounded)
    pairs = [(n, d) for d in (1, 2, 3, 4, 7, 10, 31) for n in range(-2 * d - 1, 2 * d + 2)]
    pairs += [(n, 1000) for n in (499, 500, 501, 1499, 1500, 1501, 2500, -499, -500, -501, -1500)]
    ten = 10**30
    pairs += [(ten // 2, ten), (-ten // 2, ten), (ten // 2 - 1, ten), (3 * ten // 2, ten)]
    pairs += [(170141183460469231731687303715884105727, 170141183460469231731687303715884105726)]
    pairs += [(170141183460469231731687303715884105727, 2), (-(2**126) * 2, 3)]
    for number, (n, d) in enumerate(pairs):
        table.add(f"O{number}", n, d, *(round_fraction(Fraction(n, d), rule) for rule in RULES))
    return table


def floating_point():
    table = Table(
        "floating_point",
        [
            "Amounts in cents whose share ends in exactly half a cent, and the cent that 64-bit",
            "floating point gives instead.",
        ],
        ["id", "amount_minor", "fraction", "half_up", "floating_point"],
    )
    rows = [
        (4995, "11/30", 1832, 1831),
        (1245, "11/30", 457, 456),
        (19995, "11/30", 7332, 7331),
        (345, "21/30", 242, 241),
        (995, "15/30", 498, 497),
        (999, "15/30", 500, 499),
        (999, "183/366", 500, 499),
        (995, "27/30", 896, 895),
    ]
    for number, (amount, fraction, half_up, wrong) in enumerate(rows, start=1):
        n, d = map(int, fraction.split("/"))
        expect(fraction, round_fraction(Fraction(amount * n, d), "half_up"), half_up)
        table.add(f"F{number}", amount, fraction, half_up, wrong)
    return table


def decimals():
    table = Table(
        "decimals",
        [
            "Text of a decimal number, its shortest text and its value; `refused` where it",
            "is none.",
            "An empty text is written as two apostrophes.",
        ],
        ["id", "text", "shortest", "value"],
    )
    texts = ["0", "-0", "7", "-7", "12.50", "-12.50", "0.003", "100", "0.10", "1000000.000001"]
    texts += ["0.000000000001", "-0.000000000001", "999999999999999999.999999", "00.5", "1.000"]
    texts += ["99999999999999999999999999", "9007199254740993", "0.1", "0.30", "-0.0"]
    for number, text in enumerate(texts):
        value = Fraction(text)
        units = value * 10**12
        table.add(f"D{number}", text, decimal_text(int(units), 12), value)
    refused = ["''", "-", ".", "1.", ".5", "+1", "1e3", "0x10", "1,5", "1.2.3", "--1", "1-", "NaN"]
    refused += ["0.0000000000001", "9" * 60, "1 000", "\u0661"]
    for number, text in enumerate(refused):
        table.add(f"N{number}", text, "refused", "refused")
    return table


def amounts():
    table = Table(
        "amounts",
        ["An exact amount in major units, rounded to the digits of a currency."],
        ["id", "currency", "exponent", "exact_major", "rounding", "expected"],
    )
    # Quoted: a multi-currency line of 4.4556 x 10.625; 17 of 31 days of a fee in three currencies.
    line = Fraction("4.4556") * Fraction("10.625")
    quoted = [
        ("C1", "USD", 2, line, "47.34"),
        ("C2", "JPY", 0, line, "47"),
        ("C3", "JPY", 0, Fraction(1000 * 17, 31), "548"),
        ("C4", "KWD", 3, Fraction(10 * 17, 31), "5.484"),
        ("C5", "USD", 2, Fraction(10 * 17, 31), "5.48"),
        ("KM1", "USD", 2, Fraction("24.95") * Fraction(9, 31), "7.24"),
        ("KM3", "USD", 2, Fraction("24.95") * Fraction(8, 31), "6.44"),
        ("KM5", "USD", 2, Fraction("17.95") * Fraction(20, 30), "11.97"),
        ("C6", "USD", 2, Fraction("9.99") / 31, "0.32"),
    ]
    for name, currency, exponent, exact, text in quoted:
        rounded = round_fraction(exact * 10**exponent, "half_up")
        expect(name, Fraction(text), Fraction(rounded, 10**exponent))
        table.add(name, currency, exponent, exact, "half_up", text)
    number = 0
    for exponent, currency in ((0, "JPY"), (2, "USD"), (3, "KWD"), (6, "EUR")):
        for rule in RULES:
            for n, d in ((1, 3), (-2, 3), (5, 2), (-5, 2), (10**12, 7), (1, 2000), (-1, 200)):
                rounded = round_fraction(Fraction(n, d) * 10**exponent, rule)
                text = f"{abs(rounded):0{exponent + 1}d}"
                if exponent:
                    text = text[:-exponent] + "." + text[-exponent:]
                sign = "-" if rounded < 0 else ""
                table.add(f"O{number}", currency, exponent, Fraction(n, d), rule, sign + text)
                number += 1
    return table


def currencies():
    about = ["Digits after the decimal point in ISO 4217."]
    table = Table("currencies", about, ["code", "exponent"])
    for code in "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split():
        table.add(code, 0)
    for code in "AUD BRL CHF CNY CZK EUR GBP HUF INR MGA MXN PLN RUB RUR SEK TWD UAH USD".split():
        table.add(code, 2)
    for code in "BHD IQD JOD KWD LYD OMR TND".split():
        table.add(code, 3)
    for code in "CLF UYW".split():
        table.add(code, 4)
    return table


def civil_steps():
    table = Table(
        "civil_steps",
        ["The date `index` times `count` units after an origin, always from the origin itself."],
        ["id", "origin", "unit", "count", "index", "expected"],
    )
    # Quoted chains of month ends, thirty-day and weekly periods: the dates at index 1, 2, 3, ...
    chains = [
        ("A1", "2023-01-31", "month", 1, "2023-02-28 2023-03-31 2023-04-30 2023-05-31 2023-06-30"),
        ("A2", "2024-01-31", "month", 1, "2024-02-29 2024-03-31 2024-04-30 2024-05-31"),
        ("A3", "2024-01-30", "month", 1, "2024-02-29 2024-03-30 2024-04-30"),
        ("A4", "2023-01-29", "month", 1, "2023-02-28 2023-03-29 2023-04-29"),
        ("A5", "2024-02-29", "year", 1, "2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        (
            "KB30",
            "2016-04-08",
            "day",
            30,
            "2016-05-08 2016-06-07 2016-07-07 2016-08-06 2016-09-05 2016-10-05 2016-11-04",
        ),
        ("KB7D", "2016-04-08", "week", 1, "2016-04-15 2016-04-22 2016-04-29 2016-05-06"),
    ]
    for name, origin, unit, count, dates in chains:
        for index, quoted in enumerate(dates.split(), start=1):
            computed = str(civil.advance(date.fromisoformat(origin), unit, index * count))
            expect(name, computed, quoted)
            table.add(f"{name}.{index}", origin, unit, count, index, quoted)
    number = 0
    origins = [date(y, m, d) for y in (2023, 2024) for m in (1, 12) for d in (28, 29, 30, 31)]
    origins += [date(2024, 2, 29), date(2000, 2, 29), date(1999, 12, 31), date(2023, 2, 28)]
    for origin in origins:
        for months in (*range(-14, 27), 47, 48, 49, 1200, 1201):
            if origin.year < 2024 and origin.day < 31 and months % 3:
                continue
            table.add(f"O{number}", origin, "month", 1, months, civil.add_months(origin, months))
            number += 1
    for index in (-300, -1, 0, 1, 28, 59, 365, 366, 36524, 146097):
        for origin in (date(2024, 2, 29), date(1970, 1, 1), date(2100, 2, 28)):
            table.add(f"O{number}", origin, "day", 1, index, civil.advance(origin, "day", index))
            number += 1
    return table


def zone_civil():
    table = Table(
        "zone_civil",
        [
            "An instant as a local wall time, around every change of offset of a few years,",
            "and for some zones far ahead of the last change that time zone files list.",
        ],
        ["id", "zone", "instant", "local"],
    )
    number = 0
    zones = (*ZONES[1:], "America/Juneau", "Africa/Casablanca", "Europe/Dublin", "Asia/Gaza")
    zones += ("Pacific/Apia", "America/Sao_Paulo", "America/Godthab", "Asia/Kathmandu")
    spans = [(2024, 2027), (2037, 2039), (2060, 2061)]
    moments = {zone: [] for zone in zones}
    for zone in zones:
        for year_from, year_to in spans if zone in ZONES else [SETTLED]:
            moments[zone].append(datetime(year_from, 1, 15, 11, 30, tzinfo=civil.UTC))
            for change in civil.offset_changes(zone, year_from, year_to):
                moments[zone] += [change - timedelta(seconds=1), change, change + timedelta(days=3)]
    for change in civil.offset_changes("Pacific/Apia", 2011, 2012):
        moments["Pacific/Apia"] += [change - timedelta(seconds=1), change]
    for zone in zones:
        for moment in moments[zone]:
            local = civil.to_civil(moment, zone)
            table.add(f"Z{number}", zone, civil.instant_text(moment), local.isoformat())
            number += 1
    return table


def zone_instants():
    table = Table(
        "zone_instants",
        [
            "A local wall time as an instant: in a gap the first instant after it, in an",
            "overlap the",
            "earlier of the two.",
        ],
        ["id", "zone", "local", "instant", "what"],
    )
    number = 0
    zones = (*ZONES[1:], "America/Juneau", "Europe/Dublin", "Pacific/Apia", "America/Havana")
    for zone in zones:
        if zone in ZONES:
            changes = civil.offset_changes(zone, 2024, 2027) + civil.offset_changes(zone, 2039, 2040)
        else:
            changes = civil.offset_changes(zone, *SETTLED)
        if zone == "Pacific/Apia":
            changes += civil.offset_changes(zone, 2011, 2012)
        for change in changes:
            first = change.replace(tzinfo=None) + civil.offset_at(change - civil.SECOND, zone)
            last = change.replace(tzinfo=None) + civil.offset_at(change, zone)
            what = "gap" if last > first else "overlap"
            low, high = min(first, last), max(first, last)
            middle = low + (high - low) / 2
            inside = [low, middle, high - civil.SECOND]
            for local in (low - civil.SECOND, *inside, high, high + timedelta(days=5)):
                moment = civil.to_instant(local, zone)
                kind = what if local in inside else "plain"
                text = civil.instant_text(moment)
                table.add(f"Z{number}", zone, local.isoformat(), text, kind)
                number += 1
    return table


def periods():
    table = Table(
        "periods",
        ["Period `index` of the anchor that a start gives, as half-open instants."],
        ["id", "zone", "kind", "unit", "count", "started_at", "index", "start", "end"],
    )

    def add(name, zone, kind, unit, count, started_at, index):
        origin = civil.anchor_origin(kind, unit, started_at, zone)
        start, end = civil.period(origin, unit, count, index, zone)
        texts = [civil.instant_text(m) for m in (started_at, start, end)]
        table.add(name, zone, kind, unit, count, texts[0], index, texts[1], texts[2])
        return start, end

    # A trial of thirty days created in the evening of 1 March ends on the 31st, local time.
    evening = civil.instant("2017-03-01T23:30:00-08:00")
    _, end = add("KBI743", "America/Los_Angeles", "anniversary", "day", 30, evening, 0)
    expect("KBI743", civil.to_civil(end, "America/Los_Angeles").day, 31)
    juneau = civil.instant("2015-09-07T08:00:00Z")
    for index in range(5):
        add(f"KBI445.{index}", "America/Juneau", "anniversary", "month", 1, juneau, index)
    number = 0
    starts = ["2024-01-31T10:00:00Z", "2024-02-29T23:59:59.999999Z", "2023-12-30T05:30:00Z"]
    starts += ["2025-02-09T07:30:00Z", "2025-09-28T01:30:00Z", "2024-10-05T15:45:00Z"]
    for zone in ZONES:
        for text in starts:
            for kind, unit, count, indexes in (
                ("anniversary", "month", 1, range(-2, 5)),
                ("anniversary", "month", 3, (-1, 0, 1)),
                ("anniversary", "week", 2, (0, 1, 2)),
                ("anniversary", "year", 1, (-1, 0, 1, 4)),
                ("anniversary", "day", 30, (0, 1, 2)),
                ("calendar", "day", 1, (0, 1)),
                ("calendar", "week", 1, (-1, 0, 1)),
                ("calendar", "month", 1, (0, 1, 2, 14)),
                ("calendar", "year", 1, (0, 1)),
            ):
                for index in indexes:
                    add(f"O{number}", zone, kind, unit, count, civil.instant(text), index)
                    number += 1
    return table


def containing():
    table = Table(
        "containing",
        ["The period of a monthly anchor that contains an instant."],
        ["id", "zone", "kind", "unit", "count", "started_at", "at", "start", "end"],
    )
    # Quoted: month ends of anniversaries. `end` is computed where the source does not give it.
    quoted = [
        ("LM1", "2021-03-31", "2022-03-29", "2022-02-28", None),
        ("LM2", "2021-03-31", "2021-04-30", "2021-04-30", None),
        ("LM3", "2020-01-31", "2020-02-29", "2020-02-29", None),
        ("LM4", "2019-04-30", "2020-03-29", "2020-02-29", None),
        ("LM5", "2024-01-30", "2024-02-29", "2024-02-29", "2024-03-30"),
    ]
    for name, started, at, start, end in quoted:
        origin = datetime.fromisoformat(started)
        moment = civil.instant(at + "T00:00:00Z")
        ends = civil.containing(origin, "month", 1, moment, "UTC")
        computed = [civil.instant_text(end) for end in ends]
        expect(name, computed[0][:10], start)
        if end:
            expect(name, computed[1][:10], end)
        texts = (f"{started}T00:00:00Z", f"{at}T00:00:00Z")
        table.add(name, "UTC", "anniversary", "month", 1, *texts, *computed)
    number = 0
    for zone in ZONES:
        for started in ("2024-01-31T10:00:00Z", "2020-02-29T03:00:00Z"):
            for at in ("2019-03-31T10:00:00Z", "2024-02-29T09:59:59Z", "2025-03-30T09:00:00Z",
                       "2025-03-31T08:59:59.999999Z", "2031-07-01T00:00:00Z"):
                origin = civil.to_civil(civil.instant(started), zone)
                for unit in ("month", "year"):
                    ends = civil.containing(origin, unit, 1, civil.instant(at), zone)
                    texts = [civil.instant_text(m) for m in ends]
                    table.add(f"O{number}", zone, "anniversary", unit, 1, started, at, *texts)
                    number += 1
    return table


def whole_periods():
    table = Table(
        "whole_periods",
        ["How many whole periods of an anchor at `start` end by `end`."],
        ["id", "start", "end", "unit", "count", "whole"],
    )
    rows = [
        ("KBW1", "2012-07-16", "2012-09-15", "month", 1, 1),
        ("KBW2", "2012-07-16", "2012-09-16", "month", 1, 2),
        ("KBW3", "2012-07-16", "2012-09-13", "day", 30, 1),
        ("KBW4", "2012-07-16", "2012-09-14", "day", 30, 2),
        ("KBW5", "2012-07-16", "2012-07-29", "week", 1, 1),
        ("KBW6", "2012-07-16", "2012-07-30", "week", 1, 2),
    ]
    for name, start, end, unit, count, whole in rows:
        computed = 0
        while str(civil.advance(date.fromisoformat(start), unit, (computed + 1) * count)) <= end:
            computed += 1
        table.add(name, start, end, unit, count, expect(name, computed, whole))
    return table


def tables():
    makers = (rounding, floating_point, decimals, amounts, currencies, civil_steps, zone_civil)
    makers += (zone_instants, periods, containing, whole_periods)
    return [make() for make in makers]
