"""Credit notes: a whole invoice, once, in a series of their own."""

import threading

import pytest
from django.db import connection

from billing.documents.invoice import render_invoice_pdf
from billing.models import Invoice
from billing.services.crediting import NothingToCredit, credit_in_full
from tests.support.october import NOW


def test_it_repeats_every_line_and_names_the_invoice(closed, staff):
    invoice = closed[0]

    note = credit_in_full(invoice=invoice, reason="Error", actor=staff, now=NOW)

    assert note.reference == "CN-2026-000001"
    assert note.credits == invoice
    assert note.total_incl_vat == invoice.total_incl_vat
    assert note.lines.count() == invoice.lines.count()
    assert note.communication == ""
    assert render_invoice_pdf(note).startswith(b"%PDF")


def test_it_is_for_the_customer_as_invoiced(closed, staff, acme):
    """Acme moved to France since, where its invoices are without VAT."""
    invoice = closed[0]
    acme.country, acme.vat_number = "FR", "FR40303265045"
    acme.vat_treatment, acme.billing_email = "AE", "paris@acme.example"
    acme.save()
    invoice = Invoice.objects.get(pk=invoice.pk)

    note = credit_in_full(invoice=invoice, reason="Moved", actor=staff, now=NOW)

    told = {name: note.customer[name] for name in ("country", "vat_number")}
    assert told == {"country": "BE", "vat_number": invoice.customer["vat_number"]}
    assert note.customer["vat_treatment"] == note.vat.get().category == "S"
    assert note.customer["email"] == "paris@acme.example"


def test_nothing_is_credited_twice(closed, staff):
    note = credit_in_full(invoice=closed[0], reason="", actor=staff, now=NOW)

    for document in (closed[0], note):
        with pytest.raises(NothingToCredit):
            credit_in_full(invoice=document, reason="", actor=staff, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(closed, staff):
    results: list[str] = []
    gate = threading.Barrier(2)

    def run() -> None:
        gate.wait()
        try:
            credit_in_full(invoice=closed[0], reason="", actor=staff, now=NOW)
            results.append("credited")
        except NothingToCredit:
            results.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["credited", "told"]
    assert Invoice.objects.filter(kind="credit_note").count() == 1
