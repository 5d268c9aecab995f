"""Opening hours: reading a calendar, and its state at a local wall time.

Everything is compared in local wall time to the second, start <= t < end. So
the hour skipped in March never occurs and the one repeated in October matches
in both passes.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from routing.engine import holidays
from routing.engine.problems import Problem, pointer

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MODES = ("auto", "force_open", "force_closed")
HOME = "Europe/Brussels"
TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY_MINUTES = 24 * 60

Span = tuple[int, int]  # minutes from the midnight of its day; may pass 24:00
State = tuple[str, str, dict[str, Any]]  # exit, code of the reason, parameters


@dataclass(frozen=True, slots=True)
class Special:
    """Hours that replace the weekly ones from ``first`` to ``last`` inclusive."""

    first: dt.date
    last: dt.date
    spans: tuple[Span, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """``weekly`` has seven entries, Monday first; ``specials`` are in date order."""

    zone: str = HOME
    mode: str = "auto"
    weekly: tuple[tuple[Span, ...], ...] = ((),) * 7
    holidays: str | None = None
    specials: tuple[Special, ...] = ()

    def state_at(self, local: dt.datetime) -> State:
        """Return exit (open, closed, holiday) and reason at a naive wall time."""
        if self.mode != "auto":
            return self.mode.removeprefix("force_"), self.mode, {}
        minute = local.hour * 60 + local.minute
        today = local.date()
        # A span belongs to the day it starts and goes on into any kind of day.
        if today > dt.date.min:
            yesterday = self._spans_of(today - dt.timedelta(days=1))
            if span := _covering(yesterday, minute + DAY_MINUTES):
                return "open", "span", _clock(span)
        return self._state_of_day(today, minute)

    def _state_of_day(self, today: dt.date, minute: int) -> State:
        if special := self._special_on(today):
            params = {"date": today.isoformat(), "label": special.label}
            if span := _covering(special.spans, minute):
                return "open", "special_open", {**params, **_clock(span)}
            return "closed", "special_closed", params
        if name := self._holiday_on(today):
            return "holiday", "holiday", {"holiday": name}
        if span := _covering(self.weekly[today.weekday()], minute):
            return "open", "span", _clock(span)
        return "closed", "outside_hours", {}

    def state_at_instant(self, instant: dt.datetime) -> State:
        """Return the state at an aware instant, interpreting, not compiled.

        The parameters also carry the local ``weekday`` (Monday = 0) and ``time``.
        """
        local = instant.astimezone(zone_named(self.zone)).replace(tzinfo=None)
        exit_, code, params = self.state_at(local)
        seen = {"weekday": local.weekday(), "time": f"{local:%H:%M}"}
        return exit_, code, {**params, **seen}

    def boundaries_on(self, day: dt.date) -> set[int]:
        """Return the minutes of ``day`` at which its state may change."""
        edges = {0}
        for spans, shift in (
            (self._spans_of(day), 0),
            (self._spans_of(day - dt.timedelta(days=1)), DAY_MINUTES),
        ):
            edges.update(edge - shift for span in spans for edge in span)
        return {edge for edge in edges if 0 <= edge < DAY_MINUTES}

    def _spans_of(self, day: dt.date) -> tuple[Span, ...]:
        if special := self._special_on(day):
            return special.spans
        return () if self._holiday_on(day) else self.weekly[day.weekday()]

    def _special_on(self, day: dt.date) -> Special | None:
        fitting = (s for s in self.specials if s.first <= day <= s.last)
        return next(fitting, None)

    def _holiday_on(self, day: dt.date) -> str | None:
        return holidays.belgian_holiday(day) if self.holidays else None


def _covering(spans: tuple[Span, ...], minute: int) -> Span | None:
    return next((s for s in spans if s[0] <= minute < s[1]), None)


def _clock(span: Span) -> dict[str, str]:
    """Return a span as written: an end past midnight shows the next day's time."""
    end = span[1] if span[1] <= DAY_MINUTES else span[1] - DAY_MINUTES
    return {"from": _hh_mm(span[0]), "to": _hh_mm(end)}


def _hh_mm(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(slots=True)
class CalendarReader:
    """Reads one calendar; collects a ``bad_calendar`` for all it cannot read."""

    base: str
    problems: list[Problem] = field(default_factory=list)

    def read(self, raw: object) -> Calendar:
        if not isinstance(raw, dict):
            self._bad(self.base, "not_an_object")
            return Calendar()
        zone = raw.get("time_zone", HOME)
        if not isinstance(zone, str) or zone not in zone_names():
            self._bad(self._at(raw, "time_zone"), "zone")
            zone = HOME
        mode = raw.get("mode", "auto")
        if not isinstance(mode, str) or mode not in MODES:
            self._bad(self._at(raw, "mode"), "mode")
            mode = "auto"
        holiday_set = raw.get("holidays")
        if holiday_set is not None and holiday_set not in holidays.SETS:
            self._bad(self._at(raw, "holidays"), "holidays")
            holiday_set = None
        return Calendar(zone, mode, self._weekly(raw), holiday_set, self._specials(raw))

    def _weekly(self, raw: dict[str, Any]) -> tuple[tuple[Span, ...], ...]:
        weekly = raw.get("weekly", {})
        if not isinstance(weekly, dict):
            self._bad(pointer(self.base, "weekly"), "not_an_object")
            return ((),) * 7
        for day in weekly.keys() - set(DAYS):
            self._bad(pointer(self.base, "weekly", day), "day")
        return tuple(
            self._spans(weekly.get(day, []), pointer(self.base, "weekly", day))
            for day in DAYS
        )

    def _spans(self, raw: object, path: str) -> tuple[Span, ...]:
        if not isinstance(raw, list):
            self._bad(path, "hours")
            return ()
        spans = [self._span(pair, pointer(path, i)) for i, pair in enumerate(raw)]
        return _united([span for span in spans if span])

    def _span(self, raw: object, path: str) -> Span | None:
        if not isinstance(raw, list) or len(raw) != 2:
            self._bad(path, "hours")
            return None
        start, end = (_minutes(value) for value in raw)
        if start is None or end is None or start == DAY_MINUTES:
            self._bad(path, "time")
            return None
        return start, end if end > start else end + DAY_MINUTES

    def _specials(self, raw: dict[str, Any]) -> tuple[Special, ...]:
        entries = raw.get("special", [])
        base = pointer(self.base, "special")
        if not isinstance(entries, list):
            self._bad(base, "not_a_list")
            return ()
        read = [(self._special(e, pointer(base, i)), i) for i, e in enumerate(entries)]
        dated = sorted(
            ((s, i) for s, i in read if s), key=lambda pair: (pair[0].first, pair[1])
        )
        latest = dt.date.min
        for number, (special, index) in enumerate(dated):
            if number and special.first <= latest:
                self._bad(pointer(base, index), "two_specials")
            latest = max(latest, special.last)
        return tuple(special for special, _ in dated)

    def _special(self, raw: object, path: str) -> Special | None:
        if not isinstance(raw, dict):
            self._bad(path, "not_an_object")
            return None
        spans = self._spans(raw.get("hours", []), pointer(path, "hours"))
        first = _date(raw.get("date", raw.get("from")))
        last = _date(raw.get("date", raw.get("to")))
        is_both = "date" in raw and bool(raw.keys() & {"from", "to"})
        if first is None or last is None or is_both:
            self._bad(path, "date")
            return None
        if last < first:
            self._bad(path, "to_before_from")
            return None
        label = raw.get("label", "")
        return Special(first, last, spans, label if isinstance(label, str) else "")

    def _at(self, raw: dict[str, Any], key: str) -> str:
        return pointer(self.base, key) if key in raw else self.base

    def _bad(self, path: str, reason: str) -> None:
        self.problems.append(Problem("bad_calendar", path, params={"reason": reason}))


def _minutes(raw: object) -> int | None:
    if not isinstance(raw, str) or not TIME.fullmatch(raw):
        return None
    return int(raw[:2]) * 60 + int(raw[3:])


def _date(raw: object) -> dt.date | None:
    if not isinstance(raw, str) or not DATE.fullmatch(raw):
        return None
    try:
        return dt.date.fromisoformat(raw)
    except ValueError:
        return None


def _united(spans: list[Span]) -> tuple[Span, ...]:
    """Merge overlapping and touching spans, which is what the hours mean."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def read_calendar(raw: object, base: str) -> tuple[Calendar, list[Problem]]:
    """Return the calendar as far as it could be read, and what is wrong with it."""
    reader = CalendarReader(base)
    return reader.read(raw), reader.problems
