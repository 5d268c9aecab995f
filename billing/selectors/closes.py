"""Which months a close has begun in, and who waits in others all the same."""

import datetime as dt

from django.db.models import QuerySet

from billing.models import CustomerMonth
from traffic.models import Period


def months_never_begun() -> list[dt.date]:
    """Return the months in which customers wait though no close of theirs began."""
    waiting = CustomerMonth.objects.filter(state=CustomerMonth.State.PENDING)
    lost = waiting.exclude(month__in=begun_months()).order_by("month")
    return list(lost.values_list("month", flat=True).distinct())


def begun_months() -> QuerySet[Period, dt.date]:
    begun = Period.objects.exclude(state=Period.State.OPEN)
    return begun.values_list("month", flat=True)


def has_begun(month: dt.date) -> bool:
    return begun_months().filter(month=month).exists()


def is_closing(month: dt.date) -> bool:
    return Period.objects.filter(month=month, state=Period.State.CLOSING).exists()
