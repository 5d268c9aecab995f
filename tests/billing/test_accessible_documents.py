"""Every document is PDF/UA-1, in each language, by veraPDF's judgement."""

from pathlib import Path

import pytest
from weasyprint import HTML

from billing.documents.invoice import render_invoice_pdf
from billing.downloads import read_file
from billing.models import Invoice
from billing.services import crediting, summaries
from billing.tasks import render_summary
from tests.support import validators
from tests.support.october import NOW

pytestmark = [pytest.mark.nightly, validators.needs_vera]
LANGUAGES = ("fr", "nl", "de", "en")


def test_an_untagged_document_is_found(tmp_path):
    plain = tmp_path / "plain.pdf"
    HTML(string="<p>Bonjour").write_pdf(plain)
    assert any("plain.pdf 7.1-3" in line for line in validators.vera([plain]))


def test_invoices_and_credit_notes(closed, staff, tmp_path):
    note = crediting.credit_in_full(
        invoice=closed[0], reason="Wrong number", actor=staff, now=NOW
    )
    written = [
        write(
            tmp_path, f"{invoice.reference} {language}", in_language(invoice, language)
        )
        for invoice in (*closed, note)
        for language in LANGUAGES
    ]
    assert len(written) == len(LANGUAGES) * 3
    assert validators.vera(written) == []


def test_contract_summaries(acme, make_draft, price_list, files, staff, tmp_path):
    written = []
    for language in LANGUAGES:
        acme.language = language
        acme.save()
        contract = make_draft(language)
        summary = summaries.draw_up(contract=contract, actor=staff, now=NOW)
        render_summary(summary.pk)
        written.append(write(tmp_path, language, read_file(summary.files.get())))
    assert validators.vera(written) == []


def in_language(invoice: Invoice, language: str) -> bytes:
    invoice.language = language
    return render_invoice_pdf(invoice)


def write(folder: Path, name: str, body: bytes) -> Path:
    file = folder / f"{name}.pdf"
    file.write_bytes(body)
    return file
