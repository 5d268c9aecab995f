"""What was billed too much is credited once, on its invoice, to the cent."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.models import Correction, CustomerMonth, Invoice
from billing.selectors.overbilled import overbilled
from billing.services import corrections
from billing.services.crediting import NothingToCredit, credit_in_full, left_of
from contracts.models import Contract
from tenants.models import AuditEvent, Notice
from tests.billing.closed_months import put_back
from tests.support.october import OCTOBER
from tests.support.overbilled import LATER, NOVEMBER, found, invoice_of
from tests.support.races import at_once
from traffic.models import CallRecord, Period


def test_it_is_credited_once_on_the_invoice_of_its_month(billed, disputed, credit):
    disputed(30)

    (note,) = credit(billed, "1.00")

    assert note.credits == invoice_of(billed)
    assert (note.total_excl_vat, note.total_vat) == (Decimal("1.00"), Decimal("0.21"))
    line = note.lines.get()
    assert (line.code, line.usage_month) == ("TRM_CORRECTION", OCTOBER)
    assert note.reason == "Delivered twice"
    assert note.request["correct_calls"] == 370
    assert Notice.objects.of("invoice.issued", note.pk).exists()
    event = AuditEvent.objects.get(action="correction.credited")
    assert event.detail["calls"] == [400, 370]
    assert event.detail["credit_notes"] == [note.reference]
    assert found() == []
    with pytest.raises(corrections.NothingTooMuch):
        credit(billed, "1.00")


def test_another_amount_than_the_one_shown_is_refused(billed, disputed, credit):
    disputed(30)
    with pytest.raises(corrections.AmountChanged) as refused:
        credit(billed, "0.96")
    assert refused.value.amount == Decimal("1.00")
    assert not Invoice.objects.filter(kind="credit_note").exists()


def test_it_keeps_the_vat_of_its_invoice(billed, disputed, credit):
    disputed(30)
    tenant = billed.tenant
    tenant.country, tenant.vat_number, tenant.vat_treatment = (
        "FR",
        "FR40303265045",
        "AE",
    )
    tenant.save()

    (note,) = credit(Contract.objects.get(pk=billed.pk), "1.00")

    assert note.vat.get().category == "S"
    assert note.request["customer"] == {"country": "BE", "vat_treatment": "S"}


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(billed, disputed, credit):
    disputed(30)

    outcomes = at_once(*[lambda: credit(billed, "1.00")] * 2)

    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["NothingTooMuch", "list"]
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_the_database_keeps_two_corrections_of_one_state_apart(billed, acting_as):
    """The control of the lock: were there none, the second would fail here."""
    same = {
        "tenant": billed.tenant,
        "contract": billed,
        "month": OCTOBER,
        "number": 1,
        "calls_billed": 400,
        "calls_correct": 370,
        "amount": 1,
        "credited_at": LATER,
    }
    with acting_as("vms_staff"):
        Correction.objects.create(**same)
        with (
            pytest.raises(IntegrityError, match="correction_once"),
            transaction.atomic(),
        ):
            Correction.objects.create(**same)


def test_another_conflict_is_credited_for_itself(billed, disputed, credit):
    disputed(10)
    credit(billed, "0.40")
    disputed(5, first=10)
    assert found() == [(390, 385, "0.20")]
    credit(billed, "0.20")
    assert found() == []
    rows = Correction.objects.order_by("number")
    assert [(x.calls_billed, x.calls_correct) for x in rows] == [(400, 390), (390, 385)]


def test_an_invoice_credited_in_full_gives_nothing_back_again(billed, disputed, staff):
    credit_in_full(invoice=invoice_of(billed), reason="", actor=staff, now=LATER)
    disputed(30)
    assert found() == []


def test_the_rest_of_an_invoice_is_credited_to_the_cent(
    billed, disputed, credit, staff
):
    disputed(10)
    credit(billed, "0.40")
    disputed(10, first=10)
    credit(billed, "0.40")
    invoice = invoice_of(billed)

    note = credit_in_full(invoice=invoice, reason="", actor=staff, now=LATER)

    notes = list(invoice.credit_notes.order_by("pk"))
    assert sum(x.total_incl_vat for x in notes) == invoice.total_incl_vat
    assert sum(x.total_excl_vat for x in notes) == invoice.total_excl_vat
    assert left_of(invoice) == 0
    taken = note.lines.filter(code="TRM_CORRECTION").values_list("net", flat=True)
    assert list(taken) == [Decimal("-0.40")] * 2
    assert notes[1].reference in note.lines.latest("position").description
    with pytest.raises(NothingToCredit):
        credit_in_full(invoice=invoice, reason="", actor=staff, now=LATER)
    disputed(10, first=20)
    assert found() == []


def test_a_customer_set_aside_is_told_and_waits(billed, disputed, credit):
    own = CustomerMonth.objects.filter(tenant=billed.tenant, month=OCTOBER)
    put_back(own, "parked")
    disputed(30)
    (one,) = overbilled()
    assert (one.waits_for, one.amount) == (OCTOBER, 0)
    with pytest.raises(corrections.Waits):
        credit(billed, "1.00")


def test_late_calls_on_an_invoice_to_come_make_it_wait(billed_late, disputed):
    later = CustomerMonth.objects.filter(tenant=billed_late.tenant, month=NOVEMBER)
    put_back(later, "parked")
    disputed(30)
    (one,) = overbilled()
    assert one.waits_for == NOVEMBER


def test_nothing_is_credited_while_a_close_freezes(billed, disputed, credit):
    """Its late calls are counted now: of the same calls one would be in both."""
    disputed(30)
    Period.objects.create(month=NOVEMBER, state="closing")
    with pytest.raises(corrections.CloseRuns):
        credit(billed, "1.00")


def test_calls_that_are_deleted_by_now_change_nothing(billed_late, disputed, credit):
    disputed(10)
    CallRecord.objects.all().delete()
    assert found() == [(450, 440, "0.40")]
