"""Closed months that were billed for calls that are not right any more (rule 15).

A conflict takes a call out of the counts of its month, also when the month is billed.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from billing.models import CustomerMonth
from billing.rating.errors import RatingError
from billing.rating.parse import MonthParser
from billing.rating.price import price_rerate_credit
from billing.selectors.late import Counts, calls_on_time, counts_of
from billing.selectors.requests import rating_requests
from billing.selectors.trm_billed import (
    NOTHING,
    Key,
    TrmBilled,
    left_of,
    trm_billed,
)
from contracts.models import Contract
from traffic.models import ContractMonth
from vms_portal.kernel.local_time import next_month

Json = dict[str, Any]
UNBILLED = CustomerMonth.State.PENDING, CustomerMonth.State.PARKED


@dataclass(frozen=True, slots=True)
class Overbilled:
    """A contract's month that was billed too much, ``too_much`` in EUR excl. VAT.

    ``shares`` say what each invoice is credited, by its key. They come to less where
    an invoice is credited in full already: the customer has that back. Nothing can be
    credited while ``waits_for``, a month of the customer, is set aside, or while there
    is a ``problem`` with the prices.
    """

    contract: Contract
    month: dt.date
    calls_billed: int
    calls_correct: int
    request: Json = field(default_factory=dict)
    too_much: Decimal = NOTHING
    shares: tuple[tuple[int, Decimal], ...] = ()
    waits_for: dt.date | None = None
    problem: str = ""

    @property
    def amount(self) -> Decimal:
        return sum((share for _invoice, share in self.shares), NOTHING)


def overbilled(
    contract: int | None = None, month: dt.date | None = None
) -> list[Overbilled]:
    """Return what is open, the earliest month first; of one contract's month if named.

    Only months from which a conflict ever took calls are looked at.
    """
    marked = ContractMonth.objects.filter(moved__gt=0)
    if contract is not None:
        marked = marked.filter(contract=contract, month=month)
    keys: list[Key] = list(marked.order_by("month").values_list("contract", "month"))
    found = Contract.objects.filter(pk__in={pk for pk, _month in keys})
    contracts = {one.pk: one for one in found.select_related("tenant", "quote")}
    if not keys:
        return []
    months = {key[1] for key in keys}
    listed = sorted(contracts.values(), key=lambda one: (one.tenant_id, one.reference))
    counts = counts_of(listed, min(months), next_month(max(months)))
    rows = _customer_months(listed, min(months))
    billed = trm_billed(listed, months)
    frozen = list(_frozen(keys, contracts, counts, rows))
    priced = _priced(frozen, billed, rows)
    return [one for one in priced if one.amount or one.waits_for or one.problem]


Rows = dict[tuple[int, dt.date], CustomerMonth]


def _customer_months(contracts: list[Contract], since: dt.date) -> Rows:
    tenants = {contract.tenant_id for contract in contracts}
    rows = CustomerMonth.objects.filter(tenant__in=tenants, month__gte=since)
    return {(row.tenant_id, row.month): row for row in rows.order_by("month")}


def _frozen(
    keys: list[Key], contracts: dict[int, Contract], counts: Counts, rows: Rows
) -> Iterator[Overbilled]:
    """The months whose usage is frozen: what is not, its own close will bill."""
    waiting = _waiting(rows.values())
    for key in keys:
        contract, month = contracts[key[0]], key[1]
        own = rows.get((contract.tenant_id, month))
        if own is None:
            continue
        billed, correct = counts.billed[key], counts.correct[key]
        waits_for = month if own.state in UNBILLED else waiting.get(key)
        if waits_for is None or correct < billed:
            yield Overbilled(contract, month, billed, correct, waits_for=waits_for)


def _waiting(rows: Iterable[CustomerMonth]) -> dict[Key, dt.date]:
    """Which months have late calls on an invoice that is not issued yet."""
    return {
        (int(contract), dt.date.fromisoformat(f"{entry['month']}-01")): row.month
        for row in rows
        if row.state in UNBILLED
        for contract, usage in row.usage["contracts"].items()
        for entry in usage["late"]
    }


def _priced(
    found: list[Overbilled], billed: dict[Key, TrmBilled], rows: Rows
) -> Iterator[Overbilled]:
    """Price what can be credited now; what waits is left as it is."""
    parse = MonthParser()
    left = left_of({pk for trm in billed.values() for pk in trm.parts})
    for month, group in groupby(found, key=lambda one: one.month):
        ready = []
        for one in group:
            if one.waits_for:
                yield one
            elif (one.contract.pk, month) in billed:
                ready.append(one)
        for one, request in _requests(month, ready, rows):
            trm = billed[one.contract.pk, month]
            asked = replace(one, request=request)
            try:
                yield _with_shares(asked, trm, left, parse)
            except RatingError as error:
                yield replace(asked, problem=error.message)


def _requests(
    month: dt.date, found: list[Overbilled], rows: Rows
) -> Iterator[tuple[Overbilled, Json]]:
    """Each with the input of ``price_month`` for its contract alone."""
    by_tenant: dict[int, dict[str, Json]] = {}
    for one in found:
        usages = by_tenant.setdefault(one.contract.tenant_id, {})
        own = rows[one.contract.tenant_id, month]
        usages[str(one.contract.pk)] = _usage(own, one)
    tenants = {one.contract.tenant_id: one.contract.tenant for one in found}
    pairs = [(tenants[pk], {"contracts": used}) for pk, used in by_tenant.items()]
    requests = rating_requests(month, pairs)
    for one in found:
        request = requests[one.contract.tenant_id]
        own = [c for c in request["contracts"] if c["id"] == one.contract.reference]
        yield one, {**request, "contracts": own, "correct_calls": one.calls_correct}


def _usage(own: CustomerMonth, one: Overbilled) -> Json:
    """The frozen usage of one contract, with the calls that are billed by now."""
    nothing: Json = {"activated_on": None, "last_day": None, "numbers": []}
    usage = own.usage["contracts"].get(str(one.contract.pk), nothing)
    calls = [{"treatment": "rerouted", "calls": one.calls_billed}]
    return {**usage, "calls": calls, "late": []}


def _with_shares(
    one: Overbilled, trm: TrmBilled, left: dict[int, Decimal], parse: MonthParser
) -> Overbilled:
    """Price the difference and share it out among the invoices that billed it."""

    def price(amount_billed: Decimal, correct_calls: int) -> Decimal:
        told = {"amount_billed": str(amount_billed), "correct_calls": correct_calls}
        document = price_rerate_credit(parse({**one.request, **told}))
        return document.total_net if document else NOTHING

    rest = too_much = price(trm.amount, one.calls_correct)
    taken: dict[int, Decimal] = {}
    for invoice, most in _in_turn(one, trm, price) if too_much else ():
        taken[invoice] = taken.get(invoice, NOTHING) + min(rest, most)
        rest -= min(rest, most)
    shares = [
        (invoice, min(amount, trm.parts[invoice].net, left[invoice]))
        for invoice, amount in taken.items()
    ]
    return replace(
        one,
        request={**one.request, "amount_billed": str(trm.amount)},
        too_much=too_much,
        shares=tuple(share for share in shares if share[1] > 0),
    )


def _in_turn(
    one: Overbilled, trm: TrmBilled, price: Callable[[Decimal, int], Decimal]
) -> list[tuple[int, Decimal]]:
    """The invoices that billed the month's calls, each with the most it gives back.

    The month's own gives what its calls that still count do not cost. Then those that
    billed late calls, the newest first, and what is left the month's own.
    """
    parts = [(invoice, part.gross) for invoice, part in trm.parts.items()]
    if len(parts) == 1:
        return parts
    (own, billed), *late = parts
    on_time = calls_on_time(one.contract, one.month)
    wrong = min(billed, price(billed, on_time))
    return [(own, wrong), *reversed(late), (own, billed - wrong)]
