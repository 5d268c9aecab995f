"""What customers used in a month: numbers in service, calls, late calls.

The result is JSON: it is frozen when a month closes, and rating reads it back.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum

from billing.models import CustomerMonth, OneOff, PriceList
from billing.rating.days import last_of
from contracts.models import Contract
from numbers.models import GeographicNumber
from traffic.models import ContractDay, ContractMonth, Period, Treatment
from vms_portal.kernel.local_time import first_of_month, next_month

Json = dict[str, Any]
# Charged work may be done before the service starts, never before the agreement.
CHARGEABLE_STATES = ["agreed", "active", "terminated"]
DAY = dt.timedelta(days=1)
# The fields of the sums.
TREATMENTS = sorted(Treatment.values)


def contracts_in(month: dt.date) -> QuerySet[Contract]:
    """Return the contracts that may cost something in ``month``.

    Those that ended may still get late calls, and work is billed before the first
    day of service as well.
    """
    begun = Q(activated_on__lte=last_of(month)) | Q(activated_on=None)
    worked = Q(pk__in=OneOff.objects.due_in(month).values("contract"))
    found = Contract.objects.filter(begun | worked, state__in=CHARGEABLE_STATES)
    return found.order_by("tenant", "reference")


def first_month() -> dt.date | None:
    """Return the first month in which a contract may cost something, if any."""
    agreed = Contract.objects.filter(state__in=CHARGEABLE_STATES)
    work = OneOff.objects.filter(contract__state__in=CHARGEABLE_STATES, bill_in=None)
    first = [
        agreed.aggregate(day=Min("activated_on"))["day"],
        work.aggregate(day=Min("completed_on"))["day"],
    ]
    return min((first_of_month(day) for day in first if day), default=None)


def usage_by_tenant(month: dt.date, tenants: Iterable[int]) -> dict[int, Json]:
    """Return the usage of every tenant as of now, by tenant id.

    ``{"contracts": {"12": {"activated_on", "last_day", "quoted_subscription",
    "numbers": [{"from", "count"}], "calls": [{"treatment", "calls"}], "late":
    [{"month", "calls_billed", "calls_late"}]}}}``. Calls are those of the active days:
    the two dates are part of the usage, or a date changed later would no longer fit
    the sums. So is the quotation: it has no day from which on another one holds.
    """
    ids = list(tenants)
    found = contracts_in(month).filter(tenant__in=ids)
    contracts = list(found.select_related("quote"))
    numbers = _numbers(contracts, month)
    calls = calls_of(contracts, month)
    late = _late(contracts, month)
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
    known = {contract.pk: contract for contract in contracts}
    for row in _months(contracts, first, end):
        contract, month = known.get(row[0]), row[1]
        if contract and _covers(contract, month, last_of(month)):
            yield row
    for month, part in sorted(_cut(contracts, first, end).items()):
        days = _active_days(part, month, next_month(month))
        # Unordered: asked to sort, the database would sort the days before adding.
        by_contract = days.order_by().values_list("contract")
        for pk, *sums in by_contract.annotate(*map(Sum, TREATMENTS)):
            yield pk, month, *sums


def _cut(
    contracts: list[Contract], first: dt.date, end: dt.date
) -> dict[dt.date, list[Contract]]:
    """The contracts that begin or end inside a month, by month."""
    cut: dict[dt.date, list[Contract]] = defaultdict(list)
    for contract in contracts:
        bounds = (contract.activated_on, contract.last_day)
        for month in {first_of_month(day) for day in bounds if day}:
            covers = _covers(contract, month, last_of(month))
            if first <= month < end and not covers:
                cut[month].append(contract)
    return cut


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

    Of a month that is closing only where it is frozen for the customer: the rest is
    billed by its own close. The total is read before what was seen, so that no call
    is in both.
    """
    begun = Period.objects.filter(month__lt=month).exclude(state=Period.State.OPEN)
    months = dict(begun.order_by("month").values_list("month", "state"))
    if not months:
        return {}
    since = min(months)
    lists = list(PriceList.objects.order_by("-valid_from"))
    treatments = {c.pk: _charged_treatments(c, lists) for c in contracts}
    total = _charged_calls(contracts, since, month, treatments)
    seen, frozen = _seen_calls(contracts, since, treatments)
    closed = {key for key, state in months.items() if state == Period.State.CLOSED}
    owners = {contract.pk: contract.tenant_id for contract in contracts}
    late: dict[int, list[Json]] = defaultdict(list)
    for contract, first in sorted(total):
        billed = seen[contract, first]
        more = total[contract, first] - billed
        is_settled = first in closed or (owners[contract], first) in frozen
        if more > 0 and first in months and is_settled:
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
