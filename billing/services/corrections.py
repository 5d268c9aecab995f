"""Crediting calls that a closed month billed too much (rule 15)."""

import datetime as dt
from decimal import Decimal

from django.db import transaction

from billing.models import Correction, Invoice
from billing.rating.trm import adjustment_line
from billing.selectors.overbilled import Overbilled, overbilled
from billing.services.closing import is_frozen
from billing.services.crediting import credit_of, take_turns
from billing.services.issuing import Rated, issue
from contracts.models import Contract
from tenants import audit
from tenants.models import User
from vms_portal.kernel.open_months import first_open_day


class NothingTooMuch(Exception):
    """Nothing of the month can be credited any more: somebody did, or it changed."""


class AmountChanged(Exception):
    """Another amount is billed too much than the one asked for: ``amount``, in EUR."""

    def __init__(self, amount: Decimal) -> None:
        super().__init__(amount)
        self.amount = amount


class CloseRuns(Exception):
    """A month is being closed, and what it bills the customer is not known yet."""


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
    """Credit what a contract's month was billed too much, and return the credit notes.

    One for each invoice that billed the calls; ``amount`` is what the person was shown,
    in EUR excl. VAT. ``NothingTooMuch``, ``AmountChanged``, ``CloseRuns``. Who credits
    the same customer takes turns, and no close begins before the end.
    """
    first_open_day()
    take_turns(contract.tenant_id)
    if not is_frozen(contract.tenant_id):
        raise CloseRuns(contract)
    found = [one for one in overbilled(contract.pk, month) if one.amount]
    if not found:
        raise NothingTooMuch(contract)
    (one,) = found
    if one.amount != amount:
        raise AmountChanged(one.amount)
    rated = [_rated(one, *share, reason) for share in one.shares]
    notes = issue(rated, now=now, actor=actor)
    _keep(one, notes, reason, actor, now)
    return notes


def _rated(one: Overbilled, invoice_id: int, amount: Decimal, reason: str) -> Rated:
    """One invoice's share, for the customer as it was invoiced."""
    invoice = Invoice.objects.select_related("tenant").get(pk=invoice_id)
    line = adjustment_line(one.contract.reference, "TRM_CORRECTION", amount, one.month)
    as_invoiced = {
        name: invoice.customer[name] for name in ("country", "vat_treatment")
    }
    request = {**one.request, "customer": as_invoiced}
    document = credit_of(invoice, [line])
    return Rated(
        invoice.tenant, invoice.month, document, request, invoice, reason[:200]
    )


def _keep(
    one: Overbilled, notes: list[Invoice], reason: str, actor: User, now: dt.datetime
) -> None:
    """Note what counts as billed from now on, and who decided it."""
    before = Correction.objects.filter(contract=one.contract, month=one.month)
    made = Correction.objects.create(
        tenant=one.contract.tenant,
        contract=one.contract,
        month=one.month,
        number=before.count() + 1,
        calls_billed=one.calls_billed,
        calls_correct=one.calls_correct,
        amount=one.too_much,
        credited_at=now,
    )
    audit.record(
        actor=actor, action="correction.credited", target=made, at=now,
        detail={
            "calls": [one.calls_billed, one.calls_correct], "amount": one.amount,
            "credit_notes": [note.reference for note in notes], "reason": reason,
        },
    )  # fmt: skip
