"""Invoices in the portal: who sees them, what they show, the bytes they send."""

import hashlib
import io
from typing import Any

import pytest
import segno
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from billing.documents.invoice import invoice_html, payment_qr
from billing.models import Invoice, StoredFile
from billing.selectors.files import read_file
from billing.services.crediting import credit_in_full
from billing.tasks import render_invoice
from tenants.models import Tenant
from tests.support.october import NOW


def url(name: str, *args) -> str:
    return reverse(f"billing:{name}", args=args, urlconf="vms_portal.urls.portal")


@pytest.mark.parametrize("who", ["admin", "finance"])
def test_administrators_and_finance_see_their_invoices(client, invoice, who, request):
    client.force_login(request.getfixturevalue(who).user)

    page = client.get(url("invoice_list")).content.decode()

    assert invoice.reference in page
    assert "2,185.62" in page
    assert "188.65" not in page


@pytest.mark.parametrize("who", ["editor", "operator_member", "viewer"])
@pytest.mark.parametrize("name", ["invoice_list", "invoice_detail", "invoice_pdf"])
def test_the_others_do_not(client, invoice, who, name, request):
    client.force_login(request.getfixturevalue(who).user)
    args = [] if name == "invoice_list" else [invoice.pk]

    assert client.get(url(name, *args)).status_code == 403


@pytest.mark.parametrize("name", ["invoice_detail", "invoice_pdf"])
def test_another_customers_invoice_is_not_there(client, invoice, stranger, name):
    client.force_login(stranger.user)

    absent, foreign = (client.get(url(name, pk)) for pk in (999_999, invoice.pk))

    assert absent.status_code == foreign.status_code == 404


def test_the_page_shows_every_line_and_how_to_pay(client, invoice, finance):
    client.force_login(finance.user)

    page = client.get(url("invoice_detail", invoice.pk)).content.decode()

    for text in ("1,806.30", "379.32", "2,185.62", invoice.communication):
        assert text in page
    assert page.count("<tr>") >= 6


def test_the_pdf_is_the_one_issued(client, rendered, invoice, finance):
    client.force_login(finance.user)

    answer = client.get(url("invoice_pdf", invoice.pk))

    assert answer["Content-Type"] == "application/pdf"
    assert f"{invoice.reference}.pdf" in answer["Content-Disposition"]
    file = invoice.files.get()
    assert hashlib.sha256(answer.content).hexdigest() == file.sha256
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    for amount in ("1\xa0806,30", "379,32", "2\xa0185,62"):
        assert amount.replace("\xa0", " ") in text.replace("\xa0", " ").replace(
            "\u202f", " "
        )


def test_rendering_twice_stores_one_file(rendered, invoice):
    render_invoice(invoice.pk)

    assert StoredFile.objects.filter(invoice=invoice).count() == 1


def test_a_damaged_file_is_told_and_never_sent(
    client, rendered, invoice, finance, files
):
    stored = files / invoice.files.get().storage_key
    stored.write_bytes(stored.read_bytes() + b"x")
    client.force_login(finance.user)

    answer = client.get(url("invoice_pdf", invoice.pk))

    assert answer.status_code == 500
    assert b"%PDF" not in answer.content


def test_a_pdf_that_is_not_there_yet_asks_for_patience(client, october, finance):
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    own = Invoice.objects.get(tenant=finance.tenant)
    client.force_login(finance.user)

    answer = client.get(url("invoice_pdf", own.pk))

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    client, closed, finance, staff, django_assert_num_queries
):
    client.force_login(finance.user)
    with CaptureQueriesContext(connection) as with_one:
        client.get(url("invoice_list"))
    note = credit_in_full(invoice=closed[0], reason="", actor=staff, now=NOW)
    render_invoice(note.pk)

    with django_assert_num_queries(len(with_one)):
        page = client.get(url("invoice_list")).content.decode()
    assert note.reference in page


def test_the_month_so_far_is_estimated(client, october, finance):
    client.force_login(finance.user)

    page = client.get(url("estimate")).content.decode()

    assert "53.30" in page


def test_home_tells_the_newest_invoice(client, invoice, finance):
    client.force_login(finance.user)

    assert invoice.reference in client.get(url("home_panel")).content.decode()


def test_a_credited_invoice_is_no_longer_due(client, invoice, finance, staff):
    note = credit_in_full(invoice=invoice, reason="Error", actor=staff, now=NOW)
    client.force_login(finance.user)

    panel = client.get(url("home_panel")).text
    listed = client.get(url("invoice_list")).text
    page = client.get(url("invoice_detail", invoice.pk)).text
    credit = client.get(url("invoice_detail", note.pk)).text

    for shown in (panel, listed, page):
        assert invoice.reference in shown
        assert "Credited" in shown
        assert "othing to pay" in shown
        assert "due on" not in shown
    assert note.reference not in panel
    assert 'id="payment"' not in page
    assert "−€2,185.62" in listed
    assert all(f"−€{n}" in credit for n in ("2,185.62", "1,806.30", "379.32"))


def test_an_open_invoice_stays_due(client, invoice, finance):
    """The control of the test above."""
    client.force_login(finance.user)

    page = client.get(url("invoice_detail", invoice.pk)).text

    assert "due on" in client.get(url("home_panel")).text
    assert "due on" in page
    assert "Credited" not in page


def test_what_one_types_into_a_bank_is_whole_and_can_be_copied(
    client, invoice, finance
):
    client.force_login(finance.user)

    page = client.get(url("invoice_detail", invoice.pk)).text

    assert '<span class="nowrap" id="iban">BE68 5390 0754 7034</span>' in page
    assert 'data-copy="BE68539007547034"' in page
    assert f'data-copy="{invoice.communication}"' in page


REGISTERS = {
    "fr": ("RPM Bruxelles", "TVA à reverser à l’État", "Bruxelles, Belgique"),
    "nl": ("RPR Brussel", "Btw terug te storten aan de Staat", "Brussel, België"),
    "de": ("RJP Brüssel", "MwSt. an den Staat zurückzuzahlen", "Brüssel, Belgien"),
    "en": ("RPM/RPR Brussels", "VAT to be paid back", "Brussels, Belgium"),
}


@pytest.mark.parametrize("language", REGISTERS)
def test_documents_carry_the_mentions_of_their_language(
    october, acme, staff, language, files
):
    Tenant.objects.filter(pk=acme.pk).update(
        language=language, vat_number="BE0123456749"
    )
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    own = Invoice.objects.get(tenant=acme)
    note = credit_in_full(invoice=own, reason="Error", actor=staff, now=NOW)

    printed, credit = invoice_html(own), invoice_html(note)

    register, mention, address = REGISTERS[language]
    assert "BE 0123.456.749" in printed
    assert "BE 0200.000.043" in printed
    assert f"· {register}" in printed
    assert all(line in printed for line in address.split(", "))
    assert mention in credit
    assert mention not in printed
    assert "presentation" not in printed


def test_an_unfinished_pdf_is_a_page_in_the_portal_and_data_in_the_api(
    client, october, finance
):
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    own = Invoice.objects.get(tenant=finance.tenant)
    client.force_login(finance.user)

    page = client.get(url("invoice_pdf", own.pk))
    data = client.get(f"/api/v1/invoices/{own.reference}/pdf/")

    assert (page.status_code, data.status_code) == (503, 503)
    assert "<h1>The document is not ready yet</h1>" in page.content.decode()
    assert data.json()["error"] == "not_ready"
    assert data["Retry-After"] == "30"


@pytest.mark.parametrize(("who", "language"), [("acme", "fr"), ("globex", "nl")])
def test_the_pdf_is_tagged_and_in_the_customers_language(
    rendered, request, who, language
):
    tenant = request.getfixturevalue(who)
    own = Invoice.objects.get(tenant=tenant)

    reader = PdfReader(io.BytesIO(read_file(own.files.get())))

    catalogue: Any = reader.trailer["/Root"].get_object()
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"] == language == own.language
    assert b"pdfuaid:part" in catalogue["/Metadata"].get_object().get_data()
    text = reader.pages[0].extract_text()
    assert own.communication in text
    assert {"fr": "Facture", "nl": "Factuur"}[language] in text


def test_the_qr_code_asks_a_bank_for_the_right_payment(invoice):
    """EPC069-12: version 002, UTF-8, SEPA transfer, the communication in the text."""
    operator = settings.OPERATOR
    payload = "\n".join(
        [
            "BCD",
            "002",
            "1",
            "SCT",
            operator.bic,
            operator.legal_name,
            operator.iban,
            "EUR2185.62",
            "",
            "",
            invoice.communication,
        ]
    )
    code = segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8")

    assert payment_qr(invoice) == code.svg_data_uri(scale=2, border=0)


def test_the_month_so_far_is_a_page_and_a_part_of_one(client, october, finance):
    client.force_login(finance.user)
    whole = client.get(url("estimate")).content.decode()
    assert whole.lstrip().startswith("<!doctype html>")
    part = client.get(url("estimate"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "53.30" in part
