"""Crediting what a closed month was billed too much (rules 9 and 15)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction

from billing.models import Correction, Invoice
from billing.rating.codes import CORRECTION
from billing.rating.model import PricedLine
from billing.rating.money import NOTHING
from billing.rating.trm import adjustment_line
from billing.selectors.overbilled import Overbilled, overbilled, overcharged
from billing.services.closing import is_frozen
from billing.services.crediting import credit_of, take_turns
from billing.services.issuing import Rated, issue
from contracts.models import Contract
from tenants.audit.record import record
from tenants.models import User
from vms_portal.kernel.data.open_months import hold_off_close


class NothingTooMuch(Exception):
    """Nothing can be credited any more: somebody did, or it changed."""


class AmountChanged(Exception):
    """Another amount is billed too much than the one asked for: ``amount``, in EUR."""

    def __init__(self, amount: Decimal) -> None:
        super().__init__(amount)
        self.amount = amount


class CloseRuns(Exception):
    """A month is being closed, and what it bills the customer is not known yet."""


class NotEnded(Exception):
    """The contract has no last day after the one named: its service goes on."""


class Waits(Exception):
    """Another invoice of the customer comes first, or a price is missing: ``month``."""

    def __init__(self, month: dt.date) -> None:
        super().__init__(month)
        self.month = month


@transaction.atomic
def credit_overbilled(
    *,
    contract: Contract,
    month: dt.date,
    amount: Decimal,
    reason: str,
    actor: User,
    now: dt.datetime,
) -> list[Invoice]:
    """Credit the calls of a contract's month that are not right; return the notes.

    One for each invoice that billed them; ``amount`` is what the person was shown, in
    EUR excl. VAT. ``NothingTooMuch``, ``AmountChanged``, ``CloseRuns``, ``Waits``. Who
    credits the same customer takes turns, and no close begins before the end.
    """
    key = contract.pk, month
    months = _settled(contract, lambda: overbilled(key))
    return _credit(months, amount, reason, actor, now)


@transaction.atomic
def credit_days(
    *,
    contract: Contract,
    last_day: dt.date,
    amount: Decimal,
    reason: str,
    actor: User,
    now: dt.datetime,
) -> list[Invoice]:
    """Credit the days after ``last_day`` of a contract's closed months.

    For a contract that was to end inside of them, and could only end later. Else as
    ``credit_overbilled``; ``NotEnded``.
    """
    require_ended(contract, last_day)
    months = _settled(contract, lambda: overcharged(contract, last_day))
    return _credit(months, amount, reason, actor, now)


def require_ended(contract: Contract, last_day: dt.date) -> None:
    """Raise ``NotEnded`` unless the contract ends after that day, and began before."""
    first, end = contract.activated_on, contract.last_day
    if first is None or end is None or not first <= last_day < end:
        raise NotEnded(contract)


def _settled(
    contract: Contract, look: Callable[[], list[Overbilled]]
) -> list[Overbilled]:
    """Look once nobody else credits the customer and no close changes the answer."""
    hold_off_close()
    take_turns(contract.tenant_id)
    if not is_frozen(contract.tenant_id):
        raise CloseRuns(contract)
    months = look()
    for one in months:
        if one.waits_for or one.problem:
            raise Waits(one.waits_for or one.month)
    return months


def _credit(
    months: list[Overbilled],
    amount: Decimal,
    reason: str,
    actor: User,
    now: dt.datetime,
) -> list[Invoice]:
    total = sum((one.amount for one in months), NOTHING)
    if not total:
        raise NothingTooMuch
    if total != amount:
        raise AmountChanged(total)
    # Before the documents: of two made from the same state one fails on the key.
    numbers = [_next_number(one) for one in months]
    notes = issue(_rated(months, reason), now=now, actor=actor)
    for one, number in zip(months, numbers, strict=True):
        _keep(one, number, notes, reason, actor, now)
    return notes


def _next_number(one: Overbilled) -> int:
    before = Correction.objects.filter(contract=one.contract, month=one.month)
    return before.count() + 1


def _rated(months: list[Overbilled], reason: str) -> list[Rated]:
    """One credit note for each invoice, for the customer as it was invoiced."""
    lines: dict[int, list[PricedLine]] = defaultdict(list)
    requests = {}
    for one in months:
        own = Invoice.objects.filter(
            tenant=one.contract.tenant_id, month=one.month, kind=Invoice.Kind.INVOICE
        ).first()
        if own is not None and one.days:
            lines[own.pk] += one.days
            requests[own.pk] = one.request
        for invoice, amount in one.shares:
            reference, code = one.contract.reference, CORRECTION.name
            lines[invoice].append(adjustment_line(reference, code, amount, one.month))
            requests.setdefault(invoice, one.request)
    invoices = Invoice.objects.select_related("tenant").in_bulk(lines)
    return [
        _rated_note(invoice, lines[invoice.pk], requests[invoice.pk], reason)
        for invoice in sorted(invoices.values(), key=lambda one: one.month)
    ]


def _rated_note(
    invoice: Invoice, lines: list[PricedLine], request: dict[str, object], reason: str
) -> Rated:
    names = "country", "vat_treatment"
    as_invoiced = {name: invoice.customer[name] for name in names}
    told = {**request, "customer": as_invoiced}
    document = credit_of(invoice, lines)
    return Rated(invoice.tenant, invoice.month, document, told, invoice, reason[:200])


def _keep(
    one: Overbilled,
    number: int,
    notes: list[Invoice],
    reason: str,
    actor: User,
    now: dt.datetime,
) -> None:
    """Note what counts as billed from now on, and who decided it."""
    correction = _store(one, number, now)
    detail = {
        "calls": [one.calls_billed, one.calls_correct],
        "amount": one.amount,
        "credit_notes": [note.reference for note in notes],
        "reason": reason,
    }
    until = {"last_day": one.last_day} if one.last_day else {}
    record(
        actor=actor,
        action="correction.credited",
        target=correction,
        at=now,
        detail=detail | until,
    )


def _store(one: Overbilled, number: int, now: dt.datetime) -> Correction:
    return Correction.objects.create(
        tenant=one.contract.tenant,
        contract=one.contract,
        month=one.month,
        number=number,
        calls_billed=one.calls_billed,
        calls_correct=one.calls_correct,
        amount=one.too_much,
        last_day=one.last_day,
        minimum=one.minimum,
        credited_at=now,
    )
