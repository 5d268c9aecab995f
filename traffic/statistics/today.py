"""Today's calls beside what is usual by this time of this weekday."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate

from tenants.models import Member
from traffic.models import CallRecord, Outcome, Treatment
from traffic.selectors.periods import same_moment
from vms_portal.kernel.local_time import BRUSSELS, local_date, midnight

WEEKS = 4
OFFERED = ~Q(treatment=Treatment.TEST)
ANSWERED = OFFERED & Q(outcome=Outcome.ANSWERED)
REROUTED = Q(treatment=Treatment.REROUTED)


@dataclass(frozen=True, slots=True)
class Counts:
    offered: int = 0
    answered: int = 0
    rerouted: int = 0

    @property
    def answer_rate(self) -> int | None:
        """Whole percent of the offered calls; None without a call."""
        return round(100 * self.answered / self.offered) if self.offered else None


@dataclass(frozen=True, slots=True)
class Today:
    """``usual`` is the average of the same weekday so far, four weeks back.

    It leaves out weeks without any call, such as before the service began; None
    when no week has one. ``hours`` are the calls offered hour by hour until now.
    """

    counts: Counts
    usual: int | None
    hours: list[int]

    @property
    def change(self) -> str:
        """``+12 %``: more or fewer calls than usual; nothing without a usual."""
        if not self.usual:
            return ""
        percent = round(100 * (self.counts.offered - self.usual) / self.usual)
        return f"{percent:+d} %".replace("-", "−")


def counts_of(calls: QuerySet[CallRecord]) -> Counts:
    return Counts(
        **calls.aggregate(
            offered=Count("pk", filter=OFFERED),
            answered=Count("pk", filter=ANSWERED),
            rerouted=Count("pk", filter=REROUTED),
        )
    )


def counts_today(calls: QuerySet[CallRecord], now: dt.datetime) -> Counts:
    """Return the counts of the Brussels day so far."""
    start = midnight(local_date(now))
    return counts_of(calls.filter(started_at__gte=start, started_at__lte=now))


def today_of(member: Member | None, now: dt.datetime) -> Today:
    calls = CallRecord.objects.visible_to(member)
    day = local_date(now)
    start = midnight(day)
    by_hour = dict(
        calls.filter(OFFERED, started_at__gte=start, started_at__lte=now)
        .values_list(ExtractHour("started_at", tzinfo=BRUSSELS))
        .annotate(count=Count("pk"))
        .order_by()
    )
    hours = range(now.astimezone(BRUSSELS).hour + 1)
    return Today(
        counts=counts_today(calls, now),
        usual=_usual(calls, now),
        hours=[by_hour.get(hour, 0) for hour in hours],
    )


def _usual(calls: QuerySet[CallRecord], now: dt.datetime) -> int | None:
    spans = Q()
    for week in range(1, WEEKS + 1):
        until = same_moment(now, 7 * week)
        spans |= Q(started_at__gte=midnight(local_date(until)), started_at__lte=until)
    days = (
        calls.filter(OFFERED, spans)
        .values_list(TruncDate("started_at", tzinfo=BRUSSELS))
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = [count for _day, count in days]
    return round(sum(counts) / len(counts)) if counts else None
