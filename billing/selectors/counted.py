"""The calls that count for a contract: those of its active days, by month."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from billing.rating.days import last_of
from contracts.models import Contract
from traffic.models import ContractDay, ContractMonth, Treatment
from vms_portal.kernel.local_time import first_of_month, next_month

Json = dict[str, Any]
# Contract and month.
Key = tuple[int, dt.date]
# The fields of the sums.
TREATMENTS = sorted(Treatment.values)
NO_DAYS: Mapping[Key, dt.date] = {}


def calls_of(contracts: list[Contract], month: dt.date) -> dict[int, list[Json]]:
    """Return each contract's calls of its active days in ``month``, by treatment."""
    return {
        row[0]: [
            {"treatment": treatment, "calls": calls}
            for treatment, calls in zip(TREATMENTS, row[2:], strict=True)
            if calls
        ]
        for row in sums_of(contracts, month, next_month(month))
    }


def sums_of(
    contracts: list[Contract],
    first: dt.date,
    end: dt.date,
    due_until: Mapping[Key, dt.date] = NO_DAYS,
) -> Iterator[tuple[Any, ...]]:
    """Yield contract, month and the calls by treatment, on active days only.

    Few contracts begin or end inside a month: only their days are added up. Of the
    months in ``due_until`` only the days up to that one count.
    """
    known = {contract.id: contract for contract in contracts}
    for row in _months(contracts, first, end):
        contract, month = known.get(row[0]), row[1]
        is_whole = contract and _covers(contract, month, last_of(month))
        if is_whole and not (due_until and (row[0], month) in due_until):
            yield row
    for month, before, part in _parts_of_months(known, first, end, due_until):
        days = _active_days(part, month, before)
        # Unordered: asked to sort, the database would sort the days before adding.
        by_contract = days.order_by().values_list("contract")
        for pk, *sums in by_contract.annotate(*map(Sum, TREATMENTS)):
            yield pk, month, *sums


def _parts_of_months(
    known: Mapping[int, Contract],
    first: dt.date,
    end: dt.date,
    due_until: Mapping[Key, dt.date],
) -> Iterator[tuple[dt.date, dt.date, list[Contract]]]:
    """Yield month, the day before which days count, and the contracts it is for."""
    cut = _cut(list(known.values()), first, end, due_until)
    for month, contracts in sorted(cut.items()):
        yield month, next_month(month), contracts
    for (pk, month), last in sorted(due_until.items()):
        if pk in known and first <= month < end:
            yield month, last + dt.timedelta(days=1), [known[pk]]


def _cut(
    contracts: list[Contract],
    first: dt.date,
    end: dt.date,
    due_until: Mapping[Key, dt.date],
) -> dict[dt.date, list[Contract]]:
    """The contracts that begin or end inside a month, by month."""
    cut: dict[dt.date, list[Contract]] = defaultdict(list)
    for contract in contracts:
        for month in _cut_months(contract):
            if first <= month < end and (contract.pk, month) not in due_until:
                cut[month].append(contract)
    return cut


def _cut_months(contract: Contract) -> set[dt.date]:
    """The months inside which the contract begins or ends; most have none."""
    begin, last = contract.activated_on, contract.last_day
    months = set[dt.date]()
    if begin is not None and begin.day > 1:
        months.add(first_of_month(begin))
    if last is not None and last != last_of(last):
        months.add(first_of_month(last))
    return months


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
    sums = ContractMonth.objects.filter(
        tenant__gte=min(tenants),
        tenant__lte=max(tenants),
        month__gte=first,
        month__lt=end,
    )
    return sums.order_by().values_list("contract", "month", *TREATMENTS)


def _active_days(
    contracts: list[Contract], first: dt.date, end: dt.date
) -> QuerySet[ContractDay]:
    """The day sums from ``first`` until before ``end`` while contracts were active."""
    return ContractDay.objects.filter(
        Q(contract__last_day=None) | Q(day__lte=F("contract__last_day")),
        contract__in=contracts,
        day__gte=F("contract__activated_on"),
    ).filter(day__gte=first, day__lt=end)
