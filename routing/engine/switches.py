"""Calendars as tables of UTC instants, so that a call needs one bisection."""

import datetime as dt
from typing import Any

from routing.engine.calendars import Calendar, zone_named

HORIZON_DAYS = 400
# A table starts a day early: the edge's clock may be behind the portal's.
EARLY = dt.timedelta(days=1)
FAR_PAST = 2**53  # seconds before the epoch

Table = dict[str, list[Any]]  # "at": epoch seconds, "is": state from then on


def switch_table(calendar: Calendar, now: dt.datetime) -> Table:
    """Return every change of state from the day before ``now`` to the horizon.

    All of one UTC day give the same table, so that compiling again that day
    changes nothing.

    A local span may appear twice on the day a clock is set back and not at all
    when it falls in the skipped hour, as in the interpreted calendar.
    """
    start = day_of(now) - EARLY
    end = horizon_of(now)
    instants = _instants(calendar, start, end)
    table: Table = {"at": [], "is": []}
    for instant, local in instants:
        state = list(calendar.state_at(local))
        if not table["is"] or table["is"][-1] != state:
            table["at"].append(int(instant.timestamp()))
            table["is"].append(state)
    return table


def day_of(now: dt.datetime) -> dt.datetime:
    """Return the midnight, in UTC, that begins the day of ``now``."""
    midnight = dt.time(tzinfo=dt.UTC)
    return dt.datetime.combine(now.astimezone(dt.UTC).date(), midnight)


def horizon_of(now: dt.datetime) -> dt.datetime:
    """Return until when a plan made at ``now`` is good: 400 days at least."""
    return day_of(now) + dt.timedelta(days=HORIZON_DAYS + 1)


def moment_table(calendar: Calendar, now: dt.datetime) -> Table:
    """Return a table of one state: the interpreted one at ``now``."""
    return {"at": [-FAR_PAST], "is": [list(calendar.state_at_instant(now))]}


def _instants(
    calendar: Calendar, start: dt.datetime, end: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return (UTC, naive local) wherever the state may change, in order."""
    instants = []
    for first, last, offset in _offsets(calendar, start, end):
        shift = offset or dt.timedelta(0)
        local_first = (first + shift).replace(tzinfo=None)
        local_last = (last + shift).replace(tzinfo=None)
        instants.append((first, local_first))
        day = local_first.date()
        while day <= local_last.date():
            midnight = dt.datetime.combine(day, dt.time())
            for minute in sorted(calendar.boundaries_on(day)):
                local = midnight + dt.timedelta(minutes=minute)
                if local_first < local < local_last:
                    instants.append(((local - shift).replace(tzinfo=dt.UTC), local))
            day += dt.timedelta(days=1)
    return instants


def _offsets(
    calendar: Calendar, start: dt.datetime, end: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime, dt.timedelta | None]]:
    """Return the stretches of one UTC offset between ``start`` and ``end``."""
    zone = zone_named(calendar.zone)
    stretches = []
    first = start
    while first < end:
        offset = first.astimezone(zone).utcoffset()
        last = first
        while last < end and last.astimezone(zone).utcoffset() == offset:
            last = min(last + dt.timedelta(hours=6), end)
        if last.astimezone(zone).utcoffset() != offset:
            last = _change(last - dt.timedelta(hours=6), last, calendar)
        stretches.append((first, last, offset))
        first = last
    return stretches


def _change(low: dt.datetime, high: dt.datetime, calendar: Calendar) -> dt.datetime:
    """Return the second, between ``low`` and ``high``, at which the offset changes."""
    zone = zone_named(calendar.zone)
    offset = low.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + dt.timedelta(seconds=(high - low).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
