"""Calls of closed months: how many count by now, and how many were billed."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from billing.models import Correction, CustomerMonth, PriceList
from billing.rating.codes import CHARGED
from billing.rating.days import last_of
from billing.selectors.counted import NO_DAYS, TREATMENTS, Key, sums_of
from contracts.models import Contract
from traffic.models import CallRecord, Period
from vms_portal.kernel.local_time import midnight

Json = dict[str, Any]


Sums = Counter[Key]
Treatments = dict[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Counts:
    """Charged calls by contract and month, and whose months are ``frozen``.

    ``correct`` are those that count by now, ``billed`` those that closes have frozen,
    in their own month or as late, less what was corrected.
    """

    correct: Sums
    billed: Sums
    frozen: set[tuple[int, dt.date]]


def late_calls(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """Calls of closed months that no close has seen: total now less billed so far.

    Of a month that is closing only where it is frozen for the customer: the rest is
    billed by its own close.
    """
    begun = Period.objects.filter(month__lt=month).exclude(state=Period.State.OPEN)
    months = dict(begun.order_by("month").values_list("month", "state"))
    if not months:
        return {}
    counts = counts_of(contracts, min(months), month)
    closed = {key for key, state in months.items() if state == Period.State.CLOSED}
    owners = {contract.pk: contract.tenant_id for contract in contracts}
    late: dict[int, list[Json]] = defaultdict(list)
    for contract, first in sorted(counts.correct):
        billed = counts.billed[contract, first]
        more = counts.correct[contract, first] - billed
        is_settled = first in closed or (owners[contract], first) in counts.frozen
        if more > 0 and first in months and is_settled:
            late[contract].append(
                {"month": f"{first:%Y-%m}", "calls_billed": billed, "calls_late": more}
            )
    return late


def counts_of(
    contracts: list[Contract],
    first: dt.date,
    end: dt.date,
    due_until: Mapping[Key, dt.date] = NO_DAYS,
) -> Counts:
    """Count the months from ``first`` until before ``end``.

    What is right is read before what was billed, so that no call is late twice. Of the
    months in ``due_until``, and of those corrected so, only days up to that one count.
    """
    until = {**days_due(contracts, first), **due_until}
    lists = list(PriceList.objects.order_by("-valid_from"))
    treatments = {c.pk: _charged_treatments(c, lists) for c in contracts}
    correct = _charged_calls(contracts, first, end, treatments, until)
    billed, frozen = _seen_calls(contracts, first, treatments)
    tenants = {contract.tenant_id for contract in contracts}
    made = Correction.objects.filter(tenant__in=tenants, month__gte=first)
    billed.subtract(_corrected(made))
    return Counts(correct, billed, frozen)


def late_by_volume() -> set[Key]:
    """Return the months with late calls of contracts for which more may cost less."""
    lists = PriceList.objects.order_by("valid_from")
    contracts: set[int] = set()
    for item in lists:
        price = item.definition["trm"]["per_call"]
        if isinstance(price, dict) and price["mode"] != "graduated":
            under = Contract.objects.filter(subscribed_on__gte=item.valid_from)
            newer = lists.filter(valid_from__gt=item.valid_from).first()
            if newer is not None:
                under = under.filter(subscribed_on__lt=newer.valid_from)
            contracts |= set(under.order_by().values_list("pk", flat=True))
    if not contracts:
        return set()
    tenants = Contract.objects.filter(pk__in=contracts).order_by().values("tenant")
    rows = CustomerMonth.objects.filter(tenant__in=tenants).order_by()
    return {
        (int(contract), dt.date.fromisoformat(f"{entry['month']}-01"))
        for used in rows.values_list("usage", flat=True)
        for contract, usage in used["contracts"].items()
        for entry in usage["late"]
        if int(contract) in contracts
    }


def days_due(contracts: list[Contract], since: dt.date) -> dict[Key, dt.date]:
    """Return the last day due of months whose days after it were credited."""
    tenants = {contract.tenant_id for contract in contracts}
    made = Correction.objects.filter(tenant__in=tenants, month__gte=since)
    cut = made.exclude(last_day=None).order_by("-last_day")
    rows = cut.values_list("contract", "month", "last_day")
    return {(contract, month): last for contract, month, last in rows if last}


def calls_on_time(contract: Contract, month: dt.date, until: dt.date) -> int:
    """Return how many charged calls that came before the close still count.

    Of calls that are deleted by now nobody knows: none.
    """
    last = min(last_of(month), contract.last_day or dt.date.max, until)
    first = max(month, contract.activated_on or dt.date.max)
    if first > last:
        return 0
    lists = list(PriceList.objects.order_by("-valid_from"))
    calls = CallRecord.objects.filter(
        tenant=contract.tenant_id,
        contract=contract,
        is_late=False,
        treatment__in=_charged_treatments(contract, lists),
        started_at__gte=midnight(first),
        started_at__lt=midnight(last + dt.timedelta(days=1)),
    )
    return calls.count()


def _corrected(made: QuerySet[Correction]) -> Sums:
    """How many calls less count as billed since they were credited."""
    sums: Sums = Counter()
    rows = made.values_list("contract", "month", "calls_billed", "calls_correct")
    for contract, month, billed, correct in rows.order_by():
        sums[contract, month] += billed - correct
    return sums


def _charged_calls(
    contracts: list[Contract],
    first: dt.date,
    end: dt.date,
    treatments: Treatments,
    due_until: Mapping[Key, dt.date],
) -> Sums:
    sums: Sums = Counter()
    for pk, month, *calls in sums_of(contracts, first, end, due_until):
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


def _charged_treatments(contract: Contract, lists: list[PriceList]) -> frozenset[str]:
    """Which treatments the contract's price list charges (rule 7)."""
    day = contract.subscribed_on
    own = next((item for item in lists if item.valid_from <= day), None)
    basis = own.definition["trm"].get("charge_basis") if own else None
    return CHARGED[basis or "rerouted"]
