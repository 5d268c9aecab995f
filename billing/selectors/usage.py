"""What customers used in a month: numbers in service, calls, late calls.

The result is JSON: it is frozen when a month closes, and rating reads it back.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Min, Q, QuerySet

from billing.models import OneOff
from billing.rating.days import last_of
from billing.selectors.counted import calls_of
from billing.selectors.late import late_calls
from contracts.models import Contract
from numbers.models import GeographicNumber
from vms_portal.kernel.data.open_months import FIRST_MONTH
from vms_portal.kernel.local_time import first_of_month

Json = dict[str, Any]
# Charged work may be done before the service starts, never before the agreement.
CHARGEABLE_STATES = ["agreed", "active", "terminated"]
DAY = dt.timedelta(days=1)


def contracts_in(month: dt.date) -> QuerySet[Contract]:
    """Return the contracts that may cost something in ``month``.

    Those that ended may still get late calls, and work is billed before the first
    day of service as well.
    """
    begun = Q(activated_on__lte=last_of(month)) | Q(activated_on=None)
    worked = Q(pk__in=OneOff.objects.due_in(month).values("contract"))
    contracts = Contract.objects.filter(begun | worked, state__in=CHARGEABLE_STATES)
    # By number: what closes and counts takes them in portions of a range.
    return contracts.order_by("tenant_id", "reference")


def first_month() -> dt.date | None:
    """Return the first month in which a contract may cost something, if any.

    None comes before the first that there is, which a slip of the hand would ask for.
    """
    agreed = Contract.objects.filter(state__in=CHARGEABLE_STATES)
    work = OneOff.objects.filter(contract__state__in=CHARGEABLE_STATES, bill_in=None)
    first = [
        agreed.aggregate(day=Min("activated_on"))["day"],
        work.aggregate(day=Min("completed_on"))["day"],
    ]
    months = (max(first_of_month(day), FIRST_MONTH) for day in first if day)
    return min(months, default=None)


def usage_by_tenant(month: dt.date, tenants: Iterable[int]) -> dict[int, Json]:
    """Return the usage of every tenant as of now, by tenant id.

    ``{"contracts": {"12": {"activated_on", "last_day", "quoted_subscription",
    "numbers": [{"from", "count"}], "calls": [{"treatment", "calls"}], "late":
    [{"month", "calls_billed", "calls_late"}]}}}``. Calls are those of the active days:
    the two dates are part of the usage, or a date changed later would no longer fit
    the sums. So is the quotation: it has no day from which on another one holds.
    """
    ids = list(tenants)
    rows = contracts_in(month).filter(tenant__in=ids)
    contracts = list(rows.select_related("quote"))
    numbers = _numbers(contracts, month)
    calls = calls_of(contracts, month)
    late = late_calls(contracts, month)
    usage: dict[int, Json] = {pk: {"contracts": {}} for pk in ids}
    for contract in contracts:
        usage[contract.tenant_id]["contracts"][str(contract.pk)] = {
            "activated_on": _iso(contract.activated_on),
            "last_day": _iso(contract.last_day),
            "quoted_subscription": quoted_subscription(contract),
            "numbers": numbers.get(contract.pk, []),
            "calls": calls.get(contract.pk, []),
            "late": late.get(contract.pk, []),
        }
    return usage


def quoted_subscription(contract: Contract) -> str | None:
    """Return the monthly price agreed for this contract alone, in EUR, if any."""
    quote = getattr(contract, "quote", None)
    return f"{quote.monthly_price:f}" if quote else None


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _numbers(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """The total in service on the first day, then at every day it changes."""
    last = last_of(month)
    changes: dict[int, Counter[dt.date]] = defaultdict(Counter)
    in_service = GeographicNumber.objects.filter(
        Q(released_on=None) | Q(released_on__gte=month),
        contract__in=contracts,
        activated_on__lte=last,
    )
    spans = in_service.values_list("contract", "activated_on", "released_on")
    for contract, activated_on, released_on in spans:
        changes[contract][max(activated_on, month)] += 1
        if released_on is not None and released_on < last:
            changes[contract][released_on + DAY] -= 1
    totals: dict[int, list[Json]] = {}
    for contract, steps in changes.items():
        count = 0
        for day in sorted(steps):
            count += steps[day]
            totals.setdefault(contract, []).append(
                {"from": day.isoformat(), "count": count}
            )
    return totals
