"""Lines and VAT come in the transaction that issues their invoice, never later."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import Invoice, InvoiceLine, InvoiceVat
from tests.support.october import NOW


def another(model, amount: str = "0", **changes):
    """A copy of the first part of an issued invoice, with another amount."""
    part = model.objects.order_by("invoice", "pk").first()
    part.pk = None
    if model is InvoiceLine:
        part.position = 90
        part.gross = part.net = part.unit_price = Decimal(amount)
        part.allowance = Decimal(0)
    else:
        part.rate, part.taxable, part.tax = Decimal(6), Decimal(0), Decimal(amount)
    for name, value in changes.items():
        setattr(part, name, value)
    return part


def insert(*parts) -> None:
    with transaction.atomic():
        type(parts[0]).objects.bulk_create(parts)


def nothing(model):
    return [another(model)]


def cancelling(model):
    key = "position" if model is InvoiceLine else "rate"
    return [another(model, "5.00"), another(model, "-5.00", **{key: 91})]


@pytest.fixture
def issued(transactional_db, request, files) -> None:
    request.getfixturevalue("october")
    call_command("close_month", "2026-10", now=NOW, verbosity=0)


@pytest.mark.parametrize("model", [InvoiceLine, InvoiceVat])
@pytest.mark.parametrize("made", [nothing, cancelling])
@pytest.mark.parametrize("role", ["vms_staff", "vms_worker"])
def test_an_issued_invoice_gets_no_part_that_adds_up_either(
    issued, acting_as, model, made, role
):
    parts, count = made(model), model.objects.count()
    scope = {"scope": "system"} if role == "vms_worker" else {}
    with (
        acting_as(role, **scope),
        pytest.raises(IntegrityError, match="gets no rows of"),
    ):
        insert(*parts)
    assert model.objects.count() == count


@pytest.mark.parametrize("role", ["vms_staff", "vms_worker", "vms_app"])
@pytest.mark.parametrize("model", [InvoiceLine, InvoiceVat])
def test_parts_are_neither_changed_nor_deleted(issued, acting_as, role, model, acme):
    scope = {"tenant": acme.pk}
    before = list(model.objects.order_by("pk").values())
    part = model.objects.first()
    for act in (
        lambda: model.objects.filter(pk=part.pk).update(invoice=part.invoice_id),
        lambda: model.objects.filter(pk=part.pk)._raw_delete("default"),
    ):
        with (
            acting_as(role, **scope),
            pytest.raises(DatabaseError, match="permission denied|never change"),
            transaction.atomic(),
        ):
            act()
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("made", [nothing, cancelling])
def test_without_the_trigger_they_would_pass(issued, made):
    """The control: that lines add up refuses neither."""
    trigger = "ALTER TABLE billing_invoiceline {} TRIGGER billing_invoiceline_{}"
    run_as_owner(trigger.format("DISABLE", "comes_at_issue"))
    try:
        insert(*made(InvoiceLine))
    finally:
        run_as_owner(trigger.format("ENABLE", "comes_at_issue"))


@pytest.mark.parametrize("model", [InvoiceLine, InvoiceVat])
def test_a_temporary_table_of_the_name_deceives_no_trigger(issued, acting_as, model):
    """Unless told otherwise, names are looked up among temporary tables first."""
    part, count = another(model), model.objects.count()
    with acting_as("vms_worker", scope="system"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE billing_invoice ON COMMIT DROP AS "
                "SELECT id, reference, total_excl_vat, total_vat, "
                "pg_current_xact_id() AS issued_by_transaction FROM billing_invoice"
            )
        with pytest.raises(IntegrityError, match="gets no rows of"):
            insert(part)
    assert model.objects.count() == count


def run_as_owner(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(statement)
        cursor.execute("SET ROLE vms_worker")


@pytest.mark.django_db(transaction=True)
def test_an_invoice_cannot_pretend_to_be_issued_now(issued):
    """The mark is the database's own: nobody writes it, in no savepoint either."""
    with connection.cursor() as cursor:
        for statement in (
            "UPDATE billing_invoice SET issued_by_transaction = pg_current_xact_id()",
            "DELETE FROM billing_invoice",
        ):
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
            ):
                cursor.execute(statement)
    with transaction.atomic():
        with (
            pytest.raises(IntegrityError, match="gets no rows of"),
            transaction.atomic(),
        ):
            insert(another(InvoiceLine))
        copy = Invoice.objects.all()[0]
        copy.pk, copy.reference, copy.number = None, "2026-900000", 900_000
        copy.kind, copy.credits_id = "credit_note", Invoice.objects.all()[0].pk
        copy.total_excl_vat, copy.total_vat, copy.total_incl_vat = 0, 0, 0
        with transaction.atomic():
            copy.save(force_insert=True)
        with transaction.atomic():
            insert(another(InvoiceLine, invoice=copy, tenant_id=copy.tenant_id))
    assert copy.lines.count() == 1
    with pytest.raises(IntegrityError, match="gets no rows of"):
        insert(another(InvoiceLine, invoice=copy, position=7))
