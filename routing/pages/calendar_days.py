"""The days of a calendar, for the strip of a week and the list of what comes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from routing.engine.calendars import DAY_MINUTES, Calendar, read_calendar
from routing.words import sentences
from vms_portal.kernel.formatting import short_day

CHIPS = {"open": "ok", "closed": "off", "holiday": "info"}


@dataclass(frozen=True, slots=True)
class DayPart:
    """A stretch of a day, in minutes of its wall clock, and why it is so."""

    start: int
    end: int
    exit: str
    code: str
    params: Mapping[str, Any]

    @property
    def start_pct(self) -> float:
        return round(self.start / DAY_MINUTES * 100, 2)

    @property
    def width_pct(self) -> float:
        return round((self.end - self.start) / DAY_MINUTES * 100, 2)

    @property
    def state(self) -> str:
        return CHIPS[self.exit]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    date: dt.date
    spans: list[DayPart]

    @property
    def label(self) -> str:
        return short_day(self.date)

    @property
    def text(self) -> str:
        """The day's open hours and what sets them, in words."""
        hours = ", ".join(
            f"{_clock(part.start)}-{_clock(part.end)}"
            for part in self.spans
            if part.exit == "open"
        )
        return (hours or _("closed")) + self._because()

    @property
    def rule(self) -> str:
        """Which rule wins: force, special, holiday or weekly."""
        codes = {part.code.partition("_")[0] for part in self.spans}
        return next((c for c in ("force", "special", "holiday") if c in codes), "week")

    def _because(self) -> str:
        cause = next((said for part in self.spans if (said := _cause(part))), "")
        return f" ({cause})" if cause else ""


def _cause(part: DayPart) -> str:
    """Return why a part of the day is open or closed, beside the usual week."""
    if part.code == "holiday":
        return sentences.holiday_name(part.params["holiday"])
    if part.code.startswith("special"):
        return str(part.params.get("label") or _("special day"))
    return _("set by hand") if part.code.startswith("force") else ""


def days_of(definition: object, first: dt.date, count: int) -> list[CalendarDay]:
    """Return ``count`` days from ``first`` as the calendar rules them."""
    calendar, _problems = read_calendar(definition, "")
    days = (first + dt.timedelta(days=n) for n in range(count))
    return [CalendarDay(day, _parts(calendar, day)) for day in days]


def _parts(calendar: Calendar, day: dt.date) -> list[DayPart]:
    edges = [*sorted(calendar.boundaries_on(day)), DAY_MINUTES]
    parts: list[DayPart] = []
    for start, end in zip(edges, edges[1:], strict=False):
        moment = dt.datetime.combine(day, dt.time(start // 60, start % 60))
        exit_, code, params = calendar.state_at(moment)
        last = parts[-1] if parts else None
        if last and (last.exit, last.code, last.params) == (exit_, code, params):
            parts[-1] = DayPart(last.start, end, exit_, code, params)
        else:
            parts.append(DayPart(start, end, exit_, code, params))
    return parts


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
