"""Documents as PDF: nothing is read twice, and kept parts change no picture."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from billing.documents import pdf
from billing.documents.invoice import invoice_html, render_invoice_pdf
from billing.models import ContractOption, Invoice
from tests.support.october import NOW, OCTOBER, one_off, order


@pytest.fixture
def reads(monkeypatch):
    """What is read of the static files, by a process that starts now."""
    found: list[str] = []
    read = pdf.read_static

    def note(url: str) -> bytes:
        found.append(url)
        return read(url)

    monkeypatch.setattr(pdf, "read_static", note)
    pdf._kit.cache_clear()
    yield found
    pdf._kit.cache_clear()


def test_fonts_and_stylesheet_are_read_once_a_process(closed, reads):
    first, other = map(invoice_html, closed)

    kept = [pdf.render_pdf(html) for html in (first, other, first)]

    assert len(reads) == len(set(reads)) == len(pdf.ALLOWED)
    assert kept[0] == kept[2] != kept[1]
    pdf._kit.cache_clear()
    assert pdf.render_pdf(other) == kept[1]


@pytest.mark.parametrize(
    "address", ["https://example.org/x.css", "file:///etc/passwd", "css/app.css"]
)
def test_a_document_reads_nothing_else(address):
    html = f'<!doctype html><html lang="en"><title>x</title><img src="{address}">'
    with pytest.raises(FatalURLFetchingError, match="may not read"):
        pdf.render_pdf(html)


def test_eight_lines_and_the_payment_fit_one_page(october, acme, customers):
    contract = customers[0]
    ContractOption.objects.create(
        tenant=acme,
        contract=contract,
        code="REC_500MB",
        starts_on=OCTOBER,
        order=order(contract, dt.date(2026, 9, 14)),
    )
    one_off(contract, "PROG_SMALL", "2026-10-05", "2026-10-21")
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    invoice = Invoice.objects.get(tenant=acme)

    assert invoice.lines.count() == 8
    assert len(PdfReader(io.BytesIO(render_invoice_pdf(invoice))).pages) == 1
