"""Moments at which to try a call, so that day and night, work and holiday show."""

import datetime as dt

from routing.engine.holidays import belgian_holiday
from vms_portal.kernel.local_time import BRUSSELS

MORNING, EVENING = dt.time(10), dt.time(20)
SATURDAY = 5
WORKING_DAY, TONIGHT, HOLIDAY = "working-day", "tonight", "holiday"
# A year and a day holds ten of them.
FAR = 366


def moment(name: str, now: dt.datetime) -> dt.datetime:
    """Return the first such moment after ``now``; KeyError for an unknown name."""
    at = EVENING if name == TONIGHT else MORNING
    fits = {
        WORKING_DAY: lambda day: day.weekday() < SATURDAY and not belgian_holiday(day),
        TONIGHT: lambda day: True,
        HOLIDAY: lambda day: belgian_holiday(day) is not None,
    }[name]
    today = now.astimezone(BRUSSELS).date()
    days = (today + dt.timedelta(days=n) for n in range(FAR))
    return next(
        begin
        for day in days
        if fits(day) and (begin := dt.datetime.combine(day, at, BRUSSELS)) > now
    )
