"""The historical figures: one pass over the calls, summed every way at once.

Definitions (shown on the page): offered are all calls but tests; the answer rate is
answered / offered; time to answer runs from the first ring, over answered calls.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from tenants.models import Member
from traffic.models import CallRecord, Treatment
from traffic.selectors.calls import CallFilter, calls_of
from traffic.selectors.periods import Span, same_moment

INNER = (
    "started_at",
    "ringing_at",
    "answered_at",
    "number_id",
    "destination",
    "outcome",
    "treatment",
)
QUERY = """
SELECT (started_at AT TIME ZONE 'Europe/Brussels')::date AS day,
       extract(hour FROM started_at AT TIME ZONE 'Europe/Brussels')::int AS hour,
       number_id, destination, outcome,
       count(*),
       count(*) FILTER (WHERE outcome = 'answered'),
       count(*) FILTER (WHERE outcome = 'abandoned'),
       count(*) FILTER (WHERE outcome = 'busy'),
       count(*) FILTER (WHERE outcome = 'no_answer'),
       count(*) FILTER (WHERE outcome = 'unreachable'),
       count(*) FILTER (WHERE treatment = 'rerouted'),
       count(*) FILTER (WHERE outcome = 'answered' AND answered_at IS NOT NULL),
       count(*) FILTER (WHERE outcome = 'answered' AND answered_at IS NOT NULL
                          AND ringing_at IS NULL),
       coalesce(sum(extract(epoch FROM answered_at - coalesce(ringing_at, started_at)))
                FILTER (WHERE outcome = 'answered'), 0)::float
FROM ({calls}) AS calls
GROUP BY GROUPING SETS ((day), (hour), (number_id), (destination), (outcome))
"""
KEYS = ("day", "hour", "number", "destination", "outcome")


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts of calls; ``waited`` in seconds over the ``timed`` calls.

    ``timed`` are answered calls with a moment of answer; ``unrung`` those of them
    without a first ring, timed from their start.
    """

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    busy: int = 0
    no_answer: int = 0
    unreachable: int = 0
    rerouted: int = 0
    timed: int = 0
    unrung: int = 0
    waited: float = 0.0

    def __add__(self, other: Self) -> Self:
        values = {
            field.name: getattr(self, field.name) + getattr(other, field.name)
            for field in fields(self)
        }
        return replace(self, **values)

    @property
    def answer_rate(self) -> float | None:
        """Percent of the offered calls; None without a call."""
        return 100 * self.answered / self.offered if self.offered else None

    @property
    def time_to_answer(self) -> float | None:
        """Seconds, on average; None without an answered call."""
        return self.waited / self.timed if self.timed else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums by each key, in no order. Days and hours are those of Brussels."""

    total: Sums
    day: Mapping[dt.date, Sums]
    hour: Mapping[int, Sums]
    number: Mapping[int, Sums]
    destination: Mapping[str, Sums]
    outcome: Mapping[str, Sums]

    @property
    def weekday(self) -> Mapping[int, Sums]:
        """Monday is 0."""
        return gather((day.weekday(), sums) for day, sums in self.day.items())


def figures_of(member: Member | None, wanted: CallFilter) -> Figures:
    return _sum(calls_of(member, wanted))


def figures_before(
    member: Member | None, wanted: CallFilter, now: dt.datetime
) -> tuple[Span, Figures]:
    """Return as many days just before, and their figures.

    A span that is still running is compared up to the same time of day.
    """
    before = wanted.span.before()
    calls = calls_of(member, replace(wanted, span=before))
    if wanted.span.start <= now < wanted.span.end:
        calls = calls.filter(started_at__lte=same_moment(now, wanted.span.days))
    return before, _sum(calls)


def gather(pairs: Any) -> dict[Any, Sums]:
    """Add up the sums of equal keys."""
    totals: dict[Any, Sums] = defaultdict(Sums)
    for key, sums in pairs:
        totals[key] += sums
    return dict(totals)


def _sum(calls: QuerySet[CallRecord]) -> Figures:
    groups: dict[str, dict[Any, Sums]] = {key: {} for key in KEYS}
    for row in _grouped(calls.exclude(treatment=Treatment.TEST)):
        values, counts = row[: len(KEYS)], row[len(KEYS) :]
        # In each grouping set exactly one of the keys has a value.
        for key, value in zip(KEYS, values, strict=True):
            if value is not None:
                groups[key][value] = Sums(*counts)
    total = sum(groups["outcome"].values(), Sums())
    return Figures(total=total, **groups)


def _grouped(calls: QuerySet[CallRecord]) -> list[tuple[Any, ...]]:
    try:
        inner, params = calls.order_by().values(*INNER).query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(QUERY.format(calls=inner), params)
        return cursor.fetchall()
