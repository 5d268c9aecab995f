"""Closing a month: freeze what was used, price it, issue the invoices.

Each step may run twice, beside itself, or not at all until the sweeper comes by:
rows of ``CustomerMonth`` say what is left to do.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from billing.models import CustomerMonth
from billing.rating.errors import RatingError
from billing.rating.model import PricedDocument
from billing.rating.parse import MonthParser
from billing.rating.price import price_invoice
from billing.selectors.closes import begun_months, is_closing
from billing.selectors.customers import refuse_unlawful
from billing.selectors.month import first_to_close, months_open_before
from billing.selectors.requests import rating_requests
from billing.selectors.usage import contracts_in, usage_by_tenant
from billing.services.issuing import Rated, issue
from tenants.audit.record import record
from tenants.models import User
from traffic.models import Period
from vms_portal.kernel.data.locks import Lock
from vms_portal.kernel.local_time import local_date, next_month
from vms_portal.kernel.work.queue import enqueue_after_commit

# A kill loses at most one chunk; its transaction holds the series of numbers.
CHUNK = 50
ACTOR = "month close"
State = CustomerMonth.State


class MonthNotOver(Exception):
    """The month still runs in Brussels: calls may come."""


class BeforeFirstMonth(Exception):
    """Nothing costs anything in the month; ``first`` is the first that bills, if any.

    Closed all the same, every month from it on would have to be closed.
    """

    def __init__(self, first: dt.date | None) -> None:
        super().__init__(first)
        self.first = first


class EarlierMonth(Exception):
    """Months close in order; ``month`` is the one that comes first."""

    def __init__(self, month: dt.date) -> None:
        super().__init__(month)
        self.month = month


class EarlierMonthOpen(EarlierMonth):
    """An earlier month is to be closed first."""


class EarlierMonthUnfrozen(EarlierMonth):
    """An earlier month is being closed: not every customer's usage is frozen."""


@transaction.atomic
def start_close(
    *, month: dt.date, now: dt.datetime, actor: User | str = ACTOR
) -> Period:
    """Begin to close ``month`` (its first day); repeating it changes nothing.

    Calls that arrive from here on are late. ``MonthNotOver`` until midnight of
    the next month's first day in Brussels; ``BeforeFirstMonth``; ``EarlierMonthOpen``
    when an earlier month waits to be billed, ``EarlierMonthUnfrozen`` when it is not
    known yet what is billed with it and what is late. The work is queued after the
    commit.
    """
    if local_date(now) < next_month(month):
        raise MonthNotOver(month)
    _hold_off_writers()
    first = first_to_close()
    if first is None or month < first:
        raise BeforeFirstMonth(first)
    _require_earlier(month)
    Period.objects.bulk_create([Period(month=month)], ignore_conflicts=True)
    period = Period.objects.select_for_update().get(month=month)
    if period.state == Period.State.OPEN:
        period.state, period.closing_at = Period.State.CLOSING, now
        period.save(update_fields=["state", "closing_at"])
        record(actor=actor, action="month.close_started", target=period, at=now)
    enqueue_after_commit("billing.tasks.continue_close", month.isoformat())
    return period


def _hold_off_writers() -> None:
    """Wait for who writes days of service or work; the next see the month closing.

    The other side is ``traffic_first_open_day``.
    """
    Lock.MONTHS.take()


def _require_earlier(month: dt.date) -> None:
    """Lock the earlier months that are not closed, and refuse while one is to do."""
    earlier = Period.objects.select_for_update().filter(month__lt=month)
    list(earlier.exclude(state=Period.State.CLOSED).order_by("month"))
    waiting = months_open_before(month)
    if waiting:
        raise EarlierMonthOpen(waiting[0])
    require_frozen_before(month)


def require_frozen_before(month: dt.date) -> None:
    """Raise ``EarlierMonthUnfrozen`` while a customer of a month before is missing.

    Else calls of that month, which its own close bills, would be late in this one.
    Who is frozen stays so: an answer without an exception holds for good.
    """
    closing = Period.objects.filter(month__lt=month, state=Period.State.CLOSING)
    for earlier in closing.order_by("month").values_list("month", flat=True):
        if missing_tenants(earlier):
            raise EarlierMonthUnfrozen(earlier)


def missing_tenants(month: dt.date) -> list[int]:
    """Return the customers whose usage of ``month``, being closed, is not frozen."""
    if not is_closing(month):
        return []
    frozen = CustomerMonth.objects.filter(month=month).values("tenant")
    tenants = contracts_in(month).exclude(tenant__in=frozen)
    return sorted(set(tenants.order_by().values_list("tenant", flat=True)))


def is_frozen(tenant: int) -> bool:
    """Is the customer's usage of every month whose close has begun frozen?"""
    closing = Period.objects.filter(state=Period.State.CLOSING)
    return not any(
        contracts_in(month).filter(tenant=tenant).exists()
        and not CustomerMonth.objects.filter(month=month, tenant=tenant).exists()
        for month in closing.values_list("month", flat=True)
    )


def months_to_continue() -> list[dt.date]:
    """Return the months with customers who wait, or whose close is not finished."""
    closing = Period.objects.filter(state=Period.State.CLOSING)
    waiting = CustomerMonth.objects.filter(
        state=State.PENDING, month__in=begun_months()
    )
    months = {*closing.values_list("month", flat=True)}
    return sorted(months | {*waiting.values_list("month", flat=True)})


@transaction.atomic
def freeze_usage(*, month: dt.date, tenants: Sequence[int]) -> None:
    """Freeze what these customers used. Who is frozen already stays as is.

    A month that is closed by now has everybody frozen. ``EarlierMonthUnfrozen``:
    months freeze one after the other.
    """
    if Period.objects.filter(month=month, state=Period.State.CLOSED).exists():
        return
    require_frozen_before(month)
    usage = usage_by_tenant(month, tenants)
    CustomerMonth.objects.bulk_create(
        [
            CustomerMonth(tenant_id=pk, month=month, usage=used)
            for pk, used in usage.items()
        ],
        ignore_conflicts=True,
    )


def pending(month: dt.date) -> QuerySet[CustomerMonth]:
    """Return who waits in a month whose close has begun; nobody waits in another."""
    waiting = CustomerMonth.objects.filter(month=month, state=State.PENDING)
    return waiting.filter(month__in=begun_months())


@transaction.atomic
def bill_chunk(*, month: dt.date, ids: Sequence[int], now: dt.datetime) -> int:
    """Price these customers' ``month`` and issue their invoices; return how many.

    Rows that another process works on, or has done, are left to it. A customer who
    cannot be priced, or whose document would be unlawful, is set aside with the
    reason; the others go on.
    """
    rows = list(
        pending(month)
        .select_for_update(skip_locked=True, of=("self",))
        .filter(pk__in=ids)
        .select_related("tenant")
        .order_by("tenant__reference")
    )
    if not rows:
        return 0
    requests = rating_requests(month, [(row.tenant, row.usage) for row in rows])
    rated, parse = [], MonthParser()
    for row in rows:
        document = _price(row, requests[row.tenant_id], parse)
        if document is not None:
            request = requests[row.tenant_id]
            rated.append(Rated(row.tenant, month, document, request))
    _store_outcome(rows, now)
    issue(rated, now=now, actor=ACTOR)
    return len(rows)


def _price(
    row: CustomerMonth, request: dict[str, Any], parse: MonthParser
) -> PricedDocument | None:
    """Price one customer and note the outcome on its row, unsaved."""
    try:
        document = price_invoice(parse(request))
        if document:
            refuse_unlawful(row.tenant)
    except RatingError as error:
        row.state, row.error = State.PARKED, error.code
        row.message, row.path = error.message, error.path[:200]
        return None
    row.state = State.ISSUED if document else State.NOTHING
    return document


def _store_outcome(rows: Sequence[CustomerMonth], now: dt.datetime) -> None:
    """One statement for those with an invoice, one for those with nothing to bill."""
    for state in (State.ISSUED, State.NOTHING):
        done = CustomerMonth.objects.filter(
            pk__in=[row.pk for row in rows if row.state == state]
        )
        done.update(state=state, error="", message="", path="", billed_at=now)
    for row in rows:
        if row.state == State.PARKED:
            row.save(update_fields=["state", "error", "message", "path"])


@transaction.atomic
def finish_close(*, month: dt.date, now: dt.datetime) -> bool:
    """Close the period once nobody waits; return whether it is closed now.

    Customers set aside do not hold it up: they are billed later, as frozen.
    """
    period = Period.objects.select_for_update().get(month=month)
    if period.state != Period.State.CLOSING:
        return period.state == Period.State.CLOSED
    # In this order: after each chunk the first answer is known at once.
    if pending(month).exists() or missing_tenants(month):
        return False
    period.state, period.closed_at = Period.State.CLOSED, now
    period.save(update_fields=["state", "closed_at"])
    record(
        actor=ACTOR,
        action="month.closed",
        target=period,
        at=now,
        detail=progress(month),
    )
    return True


@transaction.atomic
def retry_parked(*, month: dt.date, actor: User | str, now: dt.datetime) -> int:
    """Price the customers who were set aside once more; return how many."""
    parked = CustomerMonth.objects.select_for_update(of=("self",)).filter(
        month=month, state=State.PARKED
    )
    ids = list(parked.order_by("pk").values_list("pk", flat=True))
    CustomerMonth.objects.filter(pk__in=ids).update(state=State.PENDING)
    if ids:
        period = Period.objects.get(month=month)
        record(
            actor=actor,
            action="month.retried",
            target=period,
            at=now,
            detail={"customers": len(ids)},
        )
        enqueue_after_commit("billing.tasks.continue_close", month.isoformat())
    return len(ids)


def progress(month: dt.date) -> dict[str, int]:
    """Return how many customers are in each state, ``total`` included."""
    counted = CustomerMonth.objects.filter(month=month).values_list("state")
    by_state = dict(counted.order_by("state").annotate(Count("pk")))
    counts = {str(state): by_state.get(state, 0) for state in State.values}
    return {**counts, "total": sum(counts.values())}
