"""An invoice rendered and stored, beside WeasyPrint with the same HTML and style."""

import json
import tempfile
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import override_settings
from weasyprint import HTML

from benchmarks import calls
from benchmarks.measure import Row, against, best_cpu, report
from billing.documents.invoice import invoice_html, render_invoice_pdf
from billing.documents.pdf import STYLESHEET
from billing.models import FileKind, Invoice
from billing.rating.parse import parse_month
from billing.rating.price import price_invoice
from billing.services.files import store
from billing.services.issuing import Rated, issue
from tenants.models import Tenant
from vms_portal.kernel.data.row_security import system_scope

LINES = (8, 40)
TARGET = 0.91  # At most 1.10 times the bare rendering.


def request(lines: int) -> dict[str, Any]:
    """A month of one contract: subscription, calls, and work to fill the lines."""
    path = settings.BASE_DIR / "demo" / "price-list-2026.json"
    work = {
        "code": "PROG_SMALL",
        "quantity": "1",
        "ordered_on": "2026-10-05",
        "completed_on": "2026-10-14",
    }
    contract = {
        "id": "C1",
        "subscribed_on": "2026-09-14",
        "activated_on": "2026-10-01",
        "last_day": None,
        "channels": 16,
        "numbers": [{"from": "2026-10-01", "count": 20}],
        "calls": [
            {"bulk": 900, "start": "2026-10-12T12:00:00Z", "outcome": "rerouted"}
        ],
        "one_offs": [work] * (lines - 2),
    }
    return {
        "period": "2026-10",
        "price_lists": [json.loads(path.read_text())],
        "customer": {"country": "BE", "vat_treatment": "S"},
        "contracts": [contract],
    }


def make_invoice(tenant: Tenant, lines: int) -> Invoice:
    asked = request(lines)
    document = price_invoice(parse_month(asked))
    assert document is not None
    rated = Rated(tenant, calls.MONTH, document, asked)
    return issue([rated], now=calls.NOW, actor="month close")[0]


def measure(invoice: Invoice) -> list[Row]:
    html, base = invoice_html(invoice), f"file://{settings.BASE_DIR}/static/"

    def bare() -> None:
        sheet = settings.BASE_DIR / "static" / STYLESHEET
        HTML(string=html, base_url=base).write_pdf(
            stylesheets=[sheet], pdf_variant="pdf/ua-1"
        )

    def whole() -> None:
        with transaction.atomic():
            fresh = Invoice.objects.get(pk=invoice.pk)
            store(fresh, FileKind.PDF, render_invoice_pdf(fresh))
            transaction.set_rollback(True)

    plain, ours = best_cpu(bare, times=3), best_cpu(whole, times=3)
    share = best_cpu(lambda: invoice_html(Invoice.objects.get(pk=invoice.pk)), times=3)
    name = f"invoice of {invoice.lines.count()} lines"
    value, theirs = f"{ours * 1000:.0f} ms", f"{plain * 1000:.0f} ms"
    return [
        against(f"{name}, vs WeasyPrint", value, theirs, plain / ours, TARGET),
        Row(f"{name}, HTML alone", f"{share * 1000:.0f} ms", value, None, "-"),
    ]


def main() -> None:
    rows: list[Row] = []
    # Nothing of this stays: the numbers of invoices have no gap to explain.
    with (
        tempfile.TemporaryDirectory() as files,
        override_settings(MEDIA_ROOT=files),
        system_scope(),
        transaction.atomic(),
    ):
        for lines in LINES:
            name = f"INVOICED-{lines}"
            tenant = Tenant.objects.create(reference=name, name="Bench SA")
            rows += measure(make_invoice(tenant, lines))
        transaction.set_rollback(True)
    report(rows)
