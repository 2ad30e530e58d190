"""Civil dates, time zones and billing periods, on datetime and zoneinfo alone."""

import calendar
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def instant_text(moment):
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if moment.microsecond:
        text += "." + f"{moment.microsecond:06d}".rstrip("0")
    return text + "Z"


def add_months(origin, months):
    index = origin.year * 12 + origin.month - 1 + months
    year, month = divmod(index, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(origin.day, length))


def advance(origin, unit, steps):
    if unit == "day":
        return origin + timedelta(days=steps)
    if unit == "week":
        return origin + timedelta(days=7 * steps)
    return add_months(origin, steps * (12 if unit == "year" else 1))


def to_civil(moment, zone):
    """The local wall time, without a zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def offset_at(moment, zone):
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def to_instant(local, zone):
    """The instant of a wall time: the end of a gap, the earlier of an overlap."""
    naive_utc = local.replace(tzinfo=UTC)
    candidates = {naive_utc - offset_at(naive_utc + timedelta(days=d), zone) for d in (-1, 0, 1)}
    matching = sorted(m for m in candidates if to_civil(m, zone) == local)
    if matching:
        return matching[0]
    # A gap: the change of offset lies between the candidates.
    low, high = min(candidates).replace(microsecond=0) - SECOND, max(candidates) + SECOND
    before = offset_at(low, zone)
    while high - low > SECOND:
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if offset_at(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def anchor_origin(kind, unit, started_at, zone):
    local = to_civil(started_at, zone)
    if kind == "anniversary":
        return local
    day = local.date()
    if unit == "week":
        day -= timedelta(days=day.weekday())
    elif unit == "month":
        day = day.replace(day=1)
    elif unit == "year":
        day = day.replace(month=1, day=1)
    return datetime.combine(day, datetime.min.time())


def period(origin, unit, count, index, zone):
    ends = []
    for k in (index, index + 1):
        day = advance(origin.date(), unit, k * count)
        ends.append(to_instant(datetime.combine(day, origin.time()), zone))
    return ends[0], ends[1]


def containing(origin, unit, count, at, zone):
    index = 0
    while period(origin, unit, count, index, zone)[1] <= at:
        index += 1
    while period(origin, unit, count, index, zone)[0] > at:
        index -= 1
    return period(origin, unit, count, index, zone)


def first_cycle_date(start, unit, cycle_day):
    """The first date from `start` on that falls on the billing cycle day."""
    month = date(start.year, start.month, 1)
    step = 12 if unit == "year" else 1
    while True:
        length = calendar.monthrange(month.year, month.month)[1]
        candidate = month.replace(day=min(cycle_day, length))
        if candidate >= start:
            return candidate
        month = add_months(month, step)


def offset_changes(zone, year_from, year_to):
    """The instants in [year_from, year_to) at which the zone's offset changes."""
    changes = []
    low = datetime(year_from, 1, 1, tzinfo=UTC)
    end = datetime(year_to, 1, 1, tzinfo=UTC)
    while low < end:
        high = low + timedelta(days=1)
        if offset_at(low, zone) != offset_at(high, zone):
            first, last = low, high
            while last - first > SECOND:
                middle = first + timedelta(seconds=int((last - first).total_seconds()) // 2)
                if offset_at(middle, zone) == offset_at(low, zone):
                    first = middle
                else:
                    last = middle
            changes.append(last)
        low = high
    return changes
