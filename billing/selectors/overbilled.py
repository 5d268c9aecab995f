"""Closed months that were billed for calls that are not right any more (rule 15).

A conflict takes a call out of the counts of its month, also when the month is billed.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from billing.models import CustomerMonth
from billing.rating.days import last_of
from billing.rating.errors import RatingError
from billing.rating.model import PricedLine
from billing.rating.money import NOTHING
from billing.rating.parse import MonthParser
from billing.rating.price import price_invoice, price_minimum, price_rerate_credit
from billing.selectors.counted import Key
from billing.selectors.credited_days import as_due, day_lines, trm_net
from billing.selectors.late import (
    Counts,
    calls_on_time,
    counts_of,
    days_due,
    late_by_volume,
)
from billing.selectors.requests import rating_requests
from billing.selectors.trm_billed import TrmBilled, left_of, trm_billed
from contracts.models import Contract
from traffic.models import ContractMonth
from vms_portal.kernel.local_time import first_of_month, next_month

Json = dict[str, Any]
UNBILLED = CustomerMonth.State.PENDING, CustomerMonth.State.PARKED


@dataclass(frozen=True, slots=True)
class Overbilled:
    """A contract's month that was billed too much, ``too_much`` for its calls.

    Amounts in EUR excl. VAT. ``shares`` say what each invoice is credited of it, by its
    key. They come to less where an invoice is credited in full already: the customer
    has that back. ``days`` are the fees of days after ``last_day``, on the month's own
    invoice, and ``minimum`` what is left of the minimum. Nothing can be credited while
    ``waits_for``, a month of the customer, is set aside, or while there is a
    ``problem`` with the prices.
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
    last_day: dt.date | None = None
    minimum: Decimal | None = None
    days: tuple[PricedLine, ...] = ()

    @property
    def amount(self) -> Decimal:
        fees = sum((line.net for line in self.days), NOTHING)
        return fees + sum((share for _invoice, share in self.shares), NOTHING)


def overbilled(only: Key | None = None) -> list[Overbilled]:
    """Return what is open, the earliest month first; ``only`` of a contract's month.

    Only months are looked at from which a conflict ever took calls, and those in which
    late calls may have made all calls cheaper.
    """
    moved = ContractMonth.objects.filter(moved__gt=0).order_by()
    by_volume = late_by_volume()
    keys = {*moved.values_list("contract", "month"), *by_volume}
    keys = keys if only is None else keys & {only}
    return _open(sorted(keys, key=lambda key: (key[1], key[0])), {}, by_volume)


def overcharged(contract: Contract, last_day: dt.date) -> list[Overbilled]:
    """Return the closed months of a contract that would have ended on ``last_day``.

    Priced anew without the days after it: what was billed for them is too much.
    """
    frozen = CustomerMonth.objects.filter(
        tenant=contract.tenant_id, month__gte=first_of_month(last_day)
    )
    months = frozen.order_by("month").values_list("month", flat=True)
    until = {(contract.pk, m): last_day for m in months if last_day < last_of(m)}
    return _open(list(until), until)


def _open(
    keys: list[Key],
    until: Mapping[Key, dt.date],
    by_volume: Collection[Key] = (),
) -> list[Overbilled]:
    concerned = Contract.objects.filter(pk__in={pk for pk, _month in keys})
    contracts = {one.pk: one for one in concerned.select_related("tenant", "quote")}
    if not keys:
        return []
    months = {key[1] for key in keys}
    listed = sorted(contracts.values(), key=lambda one: (one.tenant_id, one.reference))
    counts = counts_of(listed, min(months), next_month(max(months)), until)
    rows = _customer_months(listed, min(months))
    billed = trm_billed(listed, months)
    due = {**days_due(listed, min(months)), **until}
    frozen = [
        replace(one, last_day=due.get((one.contract.pk, one.month)))
        for one in _frozen(keys, contracts, counts, rows, until)
    ]
    always = {*until, *by_volume}
    worth = [
        one
        for one in frozen
        if one.waits_for
        or (one.contract.pk, one.month) in always
        or _may_be_too_much(one, billed.get((one.contract.pk, one.month)))
    ]
    priced = _priced(worth, billed, rows, until)
    return [one for one in priced if one.amount or one.waits_for or one.problem]


def _may_be_too_much(one: Overbilled, trm: TrmBilled | None) -> bool:
    """Tell without a price whether fewer calls could cost less than was billed.

    Months that a conflict ever touched grow in number for ever, and pricing each of
    them at every look takes long. Most come to no more than their minimum.
    """
    if trm is None or one.calls_correct >= one.calls_billed:
        return False
    return one.last_day is not None or trm.amount > trm.least


Rows = dict[tuple[int, dt.date], CustomerMonth]


def _customer_months(contracts: list[Contract], since: dt.date) -> Rows:
    tenants = {contract.tenant_id for contract in contracts}
    rows = CustomerMonth.objects.filter(tenant__in=tenants, month__gte=since)
    return {(row.tenant_id, row.month): row for row in rows.order_by("month")}


def _frozen(
    keys: list[Key],
    contracts: dict[int, Contract],
    counts: Counts,
    rows: Rows,
    until: Mapping[Key, dt.date],
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
        if waits_for is None or correct < billed or key in until:
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
    frozen: list[Overbilled],
    billed: dict[Key, TrmBilled],
    rows: Rows,
    until: Mapping[Key, dt.date],
) -> Iterator[Overbilled]:
    """Price what can be credited now; what waits is left as it is."""
    parse = MonthParser()
    left = left_of({pk for trm in billed.values() for pk in trm.parts})
    for month, group in groupby(frozen, key=lambda one: one.month):
        ready = []
        for one in group:
            if one.waits_for:
                yield one
            elif (one.contract.pk, month) in billed or until:
                ready.append(one)
        for one, request in _requests(month, ready, rows):
            trm = billed.get((one.contract.pk, month), TrmBilled())
            asked = replace(one, request=request)
            try:
                shared = _with_shares(asked, trm, left, parse)
                last_day = until.get((one.contract.pk, month))
                yield _with_days(shared, last_day, trm, parse) if last_day else shared
            except RatingError as error:
                yield replace(asked, problem=error.message)


def _requests(
    month: dt.date, ready: list[Overbilled], rows: Rows
) -> Iterator[tuple[Overbilled, Json]]:
    """Each with the input of ``price_month`` for its contract alone."""
    by_tenant: dict[int, dict[str, Json]] = {}
    for one in ready:
        usages = by_tenant.setdefault(one.contract.tenant_id, {})
        own = rows[one.contract.tenant_id, month]
        usages[str(one.contract.pk)] = _usage(own, one)
    tenants = {one.contract.tenant_id: one.contract.tenant for one in ready}
    pairs = [(tenants[pk], {"contracts": used}) for pk, used in by_tenant.items()]
    requests = rating_requests(month, pairs)
    for one in ready:
        request = requests[one.contract.tenant_id]
        told = [c for c in request["contracts"] if c["id"] == one.contract.reference]
        yield one, {**request, "contracts": told, "correct_calls": one.calls_correct}


def _usage(own: CustomerMonth, one: Overbilled) -> Json:
    """The frozen usage of one contract, with the calls that are billed by now."""
    nothing: Json = {"activated_on": None, "last_day": None, "numbers": []}
    usage = own.usage["contracts"].get(str(one.contract.pk), nothing)
    calls = [{"treatment": "rerouted", "calls": one.calls_billed}]
    last_day = one.last_day.isoformat() if one.last_day else usage["last_day"]
    return {**usage, "last_day": last_day, "calls": calls, "late": []}


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


def _with_days(
    one: Overbilled, last_day: dt.date, trm: TrmBilled, parse: MonthParser
) -> Overbilled:
    """Add the fees of the days that are not due, and what is left of the minimum.

    A promotion on the minimum was not paid, so it is not given back either.
    """
    right = parse(as_due(one.request))
    due = price_invoice(right)
    rest = sum((part.net for part in trm.parts.values()), NOTHING) - trm_net(due)
    shares = []
    for invoice, share in one.shares:
        shares.append((invoice, min(share, max(rest, NOTHING))))
        rest -= share
    return replace(
        one,
        shares=tuple(share for share in shares if share[1] > 0),
        minimum=price_minimum(right),
        days=tuple(day_lines(one.contract, one.month, last_day, due)),
    )


def _in_turn(
    one: Overbilled, trm: TrmBilled, price: Callable[[Decimal, int], Decimal]
) -> list[tuple[int, Decimal]]:
    """The invoices that billed the month's calls, each with the most it gives back.

    The month's own gives what its calls that still count do not cost. Then those that
    billed late calls, the newest first, and what is left the month's own.
    """
    parts = [(invoice, part.gross) for invoice, part in trm.parts.items()]
    if len(parts) < 2:
        return parts
    (own, billed), *late = parts
    on_time = calls_on_time(one.contract, one.month, one.last_day or dt.date.max)
    wrong = min(billed, price(billed, on_time))
    return [(own, wrong), *reversed(late), (own, billed - wrong)]
