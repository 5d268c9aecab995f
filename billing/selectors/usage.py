"""What customers used in a month: numbers in service, calls, late calls.

The result is JSON: it is frozen when a month closes, and rating reads it back.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from billing.models import CustomerMonth, PriceList
from billing.rating.days import last_of
from contracts.models import Contract
from numbers.models import GeographicNumber
from traffic.models import ContractDay, ContractMonth, Period, Treatment
from vms_portal.kernel.local_time import next_month

Json = dict[str, Any]
# Charged work may be done before the service starts, never before the agreement.
CHARGEABLE_STATES = ["agreed", "active", "terminated"]
LATE_MONTHS = 12
DAY = dt.timedelta(days=1)
# The fields of the sums.
TREATMENTS = sorted(Treatment.values)


def contracts_in(month: dt.date) -> QuerySet[Contract]:
    """Return the contracts that may cost something in ``month``, late calls too."""
    earliest = month
    for _month in range(LATE_MONTHS):
        earliest = (earliest - DAY).replace(day=1)
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


def calls_of(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """Return each contract's calls of its active days in ``month``, by treatment."""
    return {
        row[0]: [
            {"treatment": treatment, "calls": calls}
            for treatment, calls in zip(TREATMENTS, row[2:], strict=True)
            if calls
        ]
        for row in _sums(contracts, month, next_month(month))
    }


def _sums(
    contracts: list[Contract], first: dt.date, end: dt.date
) -> Iterator[tuple[Any, ...]]:
    """Yield contract, month and the calls by treatment, on active days only.

    Few contracts begin or end inside a month: only their days are added up.
    """
    part = {c.pk: c for c in contracts if not _covers(c, first, end - DAY)}
    known = {c.pk for c in contracts}
    for row in _months(contracts, first, end):
        pk, month = row[:2]
        if pk in known and (pk not in part or _covers(part[pk], month, last_of(month))):
            yield row
    days = _active_days(list(part.values()), first, end)
    # Unordered: asked to sort, the database would sort the days before adding.
    by_month = days.order_by().values_list("contract", TruncMonth("day"))
    for row in by_month.annotate(*map(Sum, TREATMENTS)):
        if not _covers(part[row[0]], row[1], last_of(row[1])):
            yield row


def _covers(contract: Contract, first: dt.date, last: dt.date) -> bool:
    """Tell whether the contract is active from ``first`` through ``last``."""
    activated_on, last_day = contract.activated_on, contract.last_day
    has_begun = activated_on is not None and activated_on <= first
    return has_begun and (last_day is None or last_day >= last)


def _months(
    contracts: list[Contract], first: dt.date, end: dt.date
) -> QuerySet[Any, tuple[Any, ...]]:
    """The month sums of the contracts' customers, and of those between by number.

    A close asks for thousands in a row: a range is read sooner than their list.
    """
    tenants = [contract.tenant_id for contract in contracts] or [0]
    found = ContractMonth.objects.filter(
        tenant__gte=min(tenants), tenant__lte=max(tenants),
        month__gte=first, month__lt=end,
    )  # fmt: skip
    return found.order_by().values_list("contract", "month", *TREATMENTS)


def _active_days(
    contracts: list[Contract], first: dt.date, end: dt.date
) -> QuerySet[ContractDay]:
    """The day sums from ``first`` until before ``end`` while contracts were active."""
    return ContractDay.objects.filter(
        Q(contract__last_day=None) | Q(day__lte=F("contract__last_day")),
        contract__in=contracts,
        day__gte=F("contract__activated_on"),
    ).filter(day__gte=first, day__lt=end)


def _late(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """Calls of closed months that no close has seen: total now less billed so far.

    Only of months that are frozen for the customer: what another has, its own close
    bills. The total is read before what was seen, so that no call is in both.
    """
    closed = Period.objects.filter(month__lt=month).exclude(state=Period.State.OPEN)
    months = list(closed.order_by("-month").values_list("month", flat=True))
    if not months[:LATE_MONTHS]:
        return {}
    months = sorted(months[:LATE_MONTHS])
    lists = list(PriceList.objects.order_by("-valid_from"))
    treatments = {c.pk: _charged_treatments(c, lists) for c in contracts}
    total = _charged_calls(contracts, months[0], month, treatments)
    seen, frozen = _seen_calls(contracts, months[0], treatments)
    owners = {contract.pk: contract.tenant_id for contract in contracts}
    late: dict[int, list[Json]] = defaultdict(list)
    for contract, first in sorted(total):
        billed = seen[contract, first]
        more = total[contract, first] - billed
        if more > 0 and first in months and (owners[contract], first) in frozen:
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
    for pk, month, *calls in _sums(contracts, first, end):
        for treatment, count in zip(TREATMENTS, calls, strict=True):
            if treatment in treatments[pk] and count:
                sums[pk, month] += count
    return sums


def _seen_calls(
    contracts: list[Contract], first: dt.date, treatments: Treatments
) -> tuple[Sums, set[tuple[int, dt.date]]]:
    """What earlier closes froze, in their own month or as late, and for whom."""
    tenants = {contract.tenant_id for contract in contracts}
    sums: Sums = Counter()
    frozen = set()
    rows = CustomerMonth.objects.filter(tenant__in=tenants, month__gte=first)
    for tenant, month, used in rows.order_by().values_list("tenant", "month", "usage"):
        frozen.add((tenant, month))
        for key, usage in used["contracts"].items():
            contract = int(key)
            for entry in usage["calls"]:
                if entry["treatment"] in treatments.get(contract, ()):
                    sums[contract, month] += entry["calls"]
            for entry in usage["late"]:
                late_in = dt.date.fromisoformat(f"{entry['month']}-01")
                sums[contract, late_in] += entry["calls_late"]
    return sums, frozen


def _charged_treatments(contract: Contract, lists: list[PriceList]) -> set[str]:
    """Which treatments the contract's price list charges (rule 7)."""
    day = contract.subscribed_on
    own = next((item for item in lists if item.valid_from <= day), None)
    basis = own.definition["trm"].get("charge_basis") if own else None
    return {"rerouted", "direct"} if basis == "handled" else {"rerouted"}
