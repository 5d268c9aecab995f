"""What customers used in a month: numbers in service, calls, late calls.

The result is JSON: it is frozen when a month closes, and rating reads it back.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from billing.models import CustomerMonth, PriceList
from billing.rating.days import last_of
from contracts.models import Contract
from numbers.models import GeographicNumber
from traffic.models import ContractDay, Period, Treatment
from vms_portal.kernel.local_time import next_month

Json = dict[str, Any]
# Charged work may be done before the service starts, never before the agreement.
CHARGEABLE_STATES = ["agreed", "active", "terminated"]
LATE_MONTHS = 12
# The fields of a day's sums.
TREATMENTS = sorted(Treatment.values)


def contracts_in(month: dt.date) -> QuerySet[Contract]:
    """Return the contracts that may cost something in ``month``, late calls too."""
    earliest = month
    for _month in range(LATE_MONTHS):
        earliest = (earliest - dt.timedelta(days=1)).replace(day=1)
    begun = Q(activated_on__lte=last_of(month)) | Q(activated_on=None)
    running = Q(last_day=None) | Q(last_day__gte=earliest)
    found = Contract.objects.filter(begun, running, state__in=CHARGEABLE_STATES)
    return found.order_by("tenant", "reference")


def usage_by_tenant(month: dt.date, tenants: Iterable[int]) -> dict[int, Json]:
    """Return the usage of every tenant as of now, by tenant id.

    ``{"contracts": {"12": {"activated_on", "last_day", "numbers": [{"from",
    "count"}], "calls": [{"treatment", "calls"}], "late": [{"month", "calls_billed",
    "calls_late"}]}}}``. Calls are those of the active days: the two dates are part
    of the usage, or a date changed later would no longer fit the sums.
    """
    ids = list(tenants)
    contracts = list(contracts_in(month).filter(tenant__in=ids))
    numbers = _numbers(contracts, month)
    calls = calls_of(contracts, month)
    late = _late(contracts, month)
    usage: dict[int, Json] = {pk: {"contracts": {}} for pk in ids}
    for contract in contracts:
        usage[contract.tenant_id]["contracts"][str(contract.pk)] = {
            "activated_on": _iso(contract.activated_on),
            "last_day": _iso(contract.last_day),
            "numbers": numbers.get(contract.pk, []),
            "calls": calls.get(contract.pk, []),
            "late": late.get(contract.pk, []),
        }
    return usage


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _numbers(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """The total in service on the first day, then at every day it changes."""
    last = last_of(month)
    changes: dict[int, Counter[dt.date]] = defaultdict(Counter)
    in_service = GeographicNumber.objects.filter(
        Q(released_on=None) | Q(released_on__gte=month),
        contract__in=contracts, activated_on__lte=last,
    )  # fmt: skip
    spans = in_service.values_list("contract", "activated_on", "released_on")
    for contract, activated_on, released_on in spans:
        changes[contract][max(activated_on, month)] += 1
        if released_on is not None and released_on < last:
            changes[contract][released_on + dt.timedelta(days=1)] -= 1
    totals: dict[int, list[Json]] = {}
    for contract, steps in changes.items():
        count = 0
        for day in sorted(steps):
            count += steps[day]
            totals.setdefault(contract, []).append(
                {"from": day.isoformat(), "count": count}
            )
    return totals


def calls_of(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """Return each contract's calls of its active days in ``month``, by treatment.

    Few contracts begin or end inside a month: only those are joined to their dates.
    """
    end = next_month(month)
    whole = [contract for contract in contracts if _is_whole(contract, month)]
    part = [contract for contract in contracts if not _is_whole(contract, month)]
    found: dict[int, list[Json]] = {}
    for days in (_days(whole, month, end), _active_days(part, month, end)):
        for contract, *sums in _by_treatment(days.values_list("contract")):
            found[contract] = [
                {"treatment": treatment, "calls": calls}
                for treatment, calls in zip(TREATMENTS, sums, strict=True)
                if calls
            ]
    return found


def _by_treatment(days: QuerySet[Any]) -> QuerySet[Any]:
    """Add up the calls of what ``days`` selects, a column for each treatment."""
    # Unordered: asked to sort, the database would sort the days before adding.
    return days.order_by().annotate(*map(Sum, TREATMENTS))


def _is_whole(contract: Contract, month: dt.date) -> bool:
    first, last = contract.activated_on, contract.last_day
    has_begun = first is not None and first <= month
    return has_begun and (last is None or last >= last_of(month))


def _days(
    contracts: list[Contract], first: dt.date, end: dt.date
) -> QuerySet[ContractDay]:
    """The day sums from ``first`` until before ``end``."""
    return ContractDay.objects.filter(
        contract__in=contracts, day__gte=first, day__lt=end
    )


def _active_days(
    contracts: list[Contract], first: dt.date, end: dt.date
) -> QuerySet[ContractDay]:
    """Those of the days on which the contract was active."""
    return _days(contracts, first, end).filter(
        Q(contract__last_day=None) | Q(day__lte=F("contract__last_day")),
        day__gte=F("contract__activated_on"),
    )


def _late(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """Calls of closed months that no close has seen: total now less billed so far."""
    closed = Period.objects.filter(month__lt=month).exclude(state=Period.State.OPEN)
    months = list(closed.order_by("-month").values_list("month", flat=True))
    if not months[:LATE_MONTHS]:
        return {}
    months = sorted(months[:LATE_MONTHS])
    lists = list(PriceList.objects.order_by("-valid_from"))
    treatments = {c.pk: _charged_treatments(c, lists) for c in contracts}
    total = _charged_calls(contracts, months[0], month, treatments)
    seen = _seen_calls(contracts, months[0], treatments)
    late: dict[int, list[Json]] = defaultdict(list)
    for contract, first in sorted(total.keys() | seen.keys()):
        billed = seen[contract, first]
        more = total[contract, first] - billed
        if more > 0 and first in months:
            late[contract].append(
                {"month": f"{first:%Y-%m}", "calls_billed": billed, "calls_late": more}
            )
    return late


Sums = Counter[tuple[int, dt.date]]
Treatments = dict[int, set[str]]


def _charged_calls(
    contracts: list[Contract], first: dt.date, end: dt.date, treatments: Treatments
) -> Sums:
    sums: Sums = Counter()
    days = _active_days(contracts, first, end)
    months = days.values_list("contract", TruncMonth("day"))
    for pk, month, *calls in _by_treatment(months):
        for treatment, count in zip(TREATMENTS, calls, strict=True):
            if treatment in treatments[pk] and count:
                sums[pk, month] += count
    return sums


def _seen_calls(
    contracts: list[Contract], first: dt.date, treatments: Treatments
) -> Sums:
    """What earlier closes froze, in their own month or as late."""
    tenants = {contract.tenant_id for contract in contracts}
    sums: Sums = Counter()
    frozen = CustomerMonth.objects.filter(tenant__in=tenants, month__gte=first)
    for month, used in frozen.order_by().values_list("month", "usage"):
        for key, usage in used["contracts"].items():
            contract = int(key)
            for entry in usage["calls"]:
                if entry["treatment"] in treatments.get(contract, ()):
                    sums[contract, month] += entry["calls"]
            for entry in usage["late"]:
                late_in = dt.date.fromisoformat(f"{entry['month']}-01")
                sums[contract, late_in] += entry["calls_late"]
    return sums


def _charged_treatments(contract: Contract, lists: list[PriceList]) -> set[str]:
    """Which treatments the contract's price list charges (rule 7)."""
    day = contract.subscribed_on
    own = next((item for item in lists if item.valid_from <= day), None)
    basis = own.definition["trm"].get("charge_basis") if own else None
    return {"rerouted", "direct"} if basis == "handled" else {"rerouted"}
