"""Credit notes of one invoice never come to more than it, also past the service."""

import threading
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from billing.models import Invoice, InvoiceSeries
from billing.services.crediting import credit_in_full
from tests.support.october import NOW

WRITERS = {"vms_staff": {}, "vms_worker": {"scope": "system"}}


@pytest.fixture
def invoice(transactional_db, request, files) -> Invoice:
    request.getfixturevalue("october")
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    return Invoice.objects.order_by("number")[0]


def note_of(invoice: Invoice, number: int, **totals: Decimal) -> Invoice:
    """A credit note as somebody would write it who asks no service."""
    note = Invoice.objects.get(pk=invoice.pk)
    note.pk, note.kind, note.credits, note.number = None, "credit_note", invoice, number
    note.reference = f"CN-2026-{number:06d}"
    for name, value in totals.items():
        setattr(note, name, value)
    return note


@pytest.mark.parametrize("role", WRITERS)
def test_no_role_credits_a_credited_invoice(invoice, staff, acting_as, role):
    credit_in_full(invoice=invoice, reason="x", actor=staff, now=NOW)
    # Numbers that the series has given, or they would be refused for that.
    InvoiceSeries.objects.update(last_number=900)
    with (
        acting_as(role, **WRITERS[role]),
        pytest.raises(IntegrityError, match="not to be credited with more|no close of"),
        transaction.atomic(),
    ):
        note_of(invoice, 900).save(force_insert=True)
    assert invoice.credit_notes.count() == 1


@pytest.mark.parametrize("total", ["total_excl_vat", "total_vat"])
def test_a_cent_too_much_is_refused(invoice, total):
    more = {total: getattr(invoice, total) + Decimal("0.01")}
    with (
        pytest.raises(IntegrityError, match="not to be credited with more"),
        transaction.atomic(),
    ):
        note_of(invoice, 900, **more).save(force_insert=True)


def test_a_credit_note_is_not_credited(invoice, staff):
    note = credit_in_full(invoice=invoice, reason="x", actor=staff, now=NOW)
    with (
        pytest.raises(IntegrityError, match="not to be credited with more"),
        transaction.atomic(),
    ):
        note_of(note, 900).save(force_insert=True)


def test_two_at_once_take_turns(invoice):
    """The control: without the lock neither would see the other's."""
    refused: list[IntegrityError] = []

    def beside() -> None:
        try:
            note_of(invoice, 901).save(force_insert=True)
        except IntegrityError as error:
            refused.append(error)
        connection.close()

    with transaction.atomic():
        note_of(invoice, 900).save(force_insert=True)
        thread = threading.Thread(target=beside)
        thread.start()
        thread.join(1)
        assert thread.is_alive(), "it did not wait"
    thread.join(30)
    assert len(refused) == 1
    assert invoice.credit_notes.count() == 1
