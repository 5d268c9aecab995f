"""What hours mean that their writer may not have meant: nights, and overlaps."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from routing.engine.calendars import DAYS
from vms_portal.kernel.formatting import day_words

Json = Mapping[str, Any]


def warnings(definition: Json) -> list[str]:
    """Return a sentence for each night and overlap of a calendar without problems."""
    return [*_of_week(definition.get("weekly", {})), *_of_specials(definition)]


def _of_week(weekly: Json) -> Iterator[str]:
    for number, day in enumerate(DAYS):
        spans, next_day = weekly.get(day, []), (number + 1) % 7
        for start, end in spans:
            if end <= start:
                yield _night(str(WEEKDAYS[number]), start, _short(next_day), end)
        yield from _overlaps(str(WEEKDAYS[number]), spans)
        yield from _into_next(number, spans, weekly.get(DAYS[next_day], []))


def _of_specials(definition: Json) -> Iterator[str]:
    for special in definition.get("special", []):
        first = dt.date.fromisoformat(special.get("date") or special["from"])
        name, spans = day_words(first), special.get("hours", [])
        for start, end in spans:
            if end <= start:
                yield _night(name, start, _("the next day"), end)
        yield from _overlaps(name, spans)


def _overlaps(day: str, spans: list[list[str]]) -> Iterator[str]:
    ordered = sorted(spans)
    for number, first in enumerate(ordered):
        for second in ordered[number + 1 :]:
            is_night = first[1] <= first[0]
            if is_night or second[0] < first[1]:
                yield _(
                    "%(day)s: %(first)s and %(second)s overlap; they count as one."
                ) % {
                    "day": day,
                    "first": "-".join(first),
                    "second": "-".join(second),
                }


def _into_next(
    number: int, spans: list[list[str]], following: list[list[str]]
) -> Iterator[str]:
    """A night that runs into hours of the next morning."""
    for start, end in spans:
        met = [span for span in following if end <= start and span[0] < end]
        for span in met:
            yield _(
                "%(day)s: the night until %(end)s runs into %(hours)s of %(next)s; "
                "they count as one."
            ) % {
                "day": WEEKDAYS[number],
                "end": end,
                "hours": "-".join(span),
                "next": WEEKDAYS[(number + 1) % 7],
            }


def _night(day: str, start: str, next_day: str, end: str) -> str:
    values = {"day": day, "start": start, "next": next_day, "end": end}
    return _("%(day)s: open overnight, %(start)s to %(next)s %(end)s.") % values


def _short(number: int) -> str:
    return str(WEEKDAYS_ABBR[number])
