"""What a close issued, and the prices that it rests on, never change."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import Invoice, InvoiceLine, InvoiceVat, PriceList
from tests.billing.closed_months import close
from tests.support.october import make_price_list


@pytest.mark.parametrize("role", ["vms_owner", "vms_worker", "vms_staff", "vms_app"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_invoice SET total_vat = 0",
        "DELETE FROM billing_invoiceline",
        "UPDATE billing_invoicevat SET tax = 0",
        "TRUNCATE billing_invoice CASCADE",
    ],
)
def test_issued_documents_never_change(october, acting_as, role, statement, acme):
    close()
    amounts = Invoice.objects.order_by("pk").values_list("reference", "total_vat")
    before = list(amounts)

    refusal = "never change" if role == "vms_owner" else "permission denied"
    with pytest.raises(DatabaseError, match=refusal):
        execute_as(acting_as, role, acme, statement)

    assert list(amounts.all()) == before


@pytest.mark.parametrize("model", [InvoiceLine, InvoiceVat])
def test_an_issued_document_gets_no_line_later(october, acme, acting_as, model):
    close()
    more = model.objects.filter(invoice__tenant=acme).first()
    more.pk, more.position, more.rate = None, 99, 6
    with (
        pytest.raises(IntegrityError, match="does not add up"),
        transaction.atomic(),
        acting_as("vms_worker", tenant=acme.pk),
    ):
        more.save(force_insert=True)


def execute_as(acting_as, role, tenant, statement) -> None:
    scope = acting_as(role, tenant=tenant.pk)
    with scope, transaction.atomic(), connection.cursor() as cursor:
        if role == "vms_owner":
            # Row security would hide the rows from the owner; the trigger must not
            # depend on that.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("invoice", "invoiceline", "invoicevat"):
                cursor.execute(
                    f"ALTER TABLE billing_{table} NO FORCE ROW LEVEL SECURITY"
                )
        cursor.execute(statement)


def test_without_the_trigger_an_invoice_could_be_changed(october):
    """The control of the test above."""
    close()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute("ALTER TABLE billing_invoice DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE billing_invoice NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE billing_invoice SET total_vat = 0")
        assert cursor.rowcount == 2
        cursor.execute("SET ROLE vms_worker")


def test_a_price_list_in_force_never_changes(price_list, acting_as):
    future = make_price_list("PL-FUTURE", dt.date(2099, 1, 1))
    with acting_as("vms_staff"):
        future.reference = "PL-2099"
        future.save()
        future.delete()
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            PriceList.objects.filter(pk=price_list.pk).update(definition={})


def test_a_newer_list_does_not_reach_an_older_contract(october, acme):
    dear = make_price_list("PL-DEAR", dt.date(2026, 9, 15)).definition
    dear["subscription"]["bands"][0]["price"] = "99.00"
    PriceList.objects.create(
        reference="PL-DEARER", valid_from=dt.date(2026, 9, 16), definition=dear
    )

    close()

    assert InvoiceLine.objects.get(invoice__tenant=acme, code="SUB").net == Decimal(
        "53.30"
    )
