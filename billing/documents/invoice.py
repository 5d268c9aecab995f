"""Invoices and credit notes as accessible PDF (docs/billing.md has the mentions)."""

from decimal import Decimal
from itertools import groupby
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format, number_format
from segno import helpers

from billing.documents.parties import address_lines
from billing.documents.pdf import render_pdf
from billing.models import Invoice, InvoiceLine, InvoiceVat
from billing.rating.output import number_text
from billing.wording import rate_words, unit_words
from vms_portal.kernel.formatting import grouped


def invoice_html(invoice: Invoice) -> str:
    """Return the document in the language it was issued in."""
    lines, vat = list(invoice.lines.all()), list(invoice.vat.all())
    with translation.override(invoice.language):
        context = {
            "invoice": invoice,
            "is_invoice": invoice.kind == Invoice.Kind.INVOICE,
            "corrected": invoice.credits,
            "supplier": invoice.supplier,
            "supplier_address": address_lines(invoice.supplier),
            "customer": invoice.customer,
            "contracts": [
                (contract, [_line(line) for line in group])
                for contract, group in groupby(lines, key=lambda line: line.contract)
            ],
            "vat_rows": [_vat(row) for row in vat],
            "categories": {row.category for row in vat},
            "net": amount(invoice.total_excl_vat),
            "tax": amount(invoice.total_vat),
            "total": amount(invoice.total_incl_vat),
            "iban": grouped(invoice.supplier["iban"]),
            "qr": payment_qr(invoice),
            "operator": settings.OPERATOR.in_language(invoice.language),
        }
        return render_to_string("billing/documents/invoice.html", context)


def render_invoice_pdf(invoice: Invoice) -> bytes:
    """Return the document as tagged PDF/UA-1."""
    return render_pdf(invoice_html(invoice))


def payment_qr(invoice: Invoice) -> str:
    """Return the EPC069-12 QR code as a data URI; empty when nothing is to be paid.

    The structured communication stands in its text, for banks read it there.
    """
    if invoice.kind != Invoice.Kind.INVOICE or invoice.total_incl_vat <= 0:
        return ""
    code: segno.QRCode = helpers.make_epc_qr(
        name=invoice.supplier["name"][:70],
        iban=invoice.supplier["iban"],
        bic=invoice.supplier["bic"],
        amount=invoice.total_incl_vat.quantize(Decimal("0.01")),
        text=invoice.communication,
        encoding="utf-8",
    )
    return code.svg_data_uri(scale=2, border=0)


def amount(value: Decimal, places: int = 2) -> str:
    """Return an amount in the active language, grouped: 2.185,62."""
    return number_format(value, decimal_pos=places, force_grouping=True)


def _line(line: InvoiceLine) -> dict[str, Any]:
    quantity = number_format(number_text(line.quantity), force_grouping=True)
    if line.base_quantity != 1:
        quantity = f"{quantity}/{line.base_quantity}"
    return {
        "description": line.description,
        "period": _period(line),
        "quantity": f"{quantity} {unit_words(line.unit, line.quantity)}".strip(),
        "price": amount(line.unit_price, line.price_places),
        "gross": amount(line.gross),
        "net": amount(line.net),
        "allowance": amount(line.allowance) if line.allowance else "",
        "percent": number_format(number_text(line.allowance_percent)),
    }


def _period(line: InvoiceLine) -> str:
    if line.starts_on is None or line.ends_on is None:
        return ""
    style = "SHORT_DATE_FORMAT"
    first, last = date_format(line.starts_on, style), date_format(line.ends_on, style)
    return first if first == last else f"{first} – {last}"


def _vat(row: InvoiceVat) -> dict[str, str]:
    return {
        "category": row.get_category_display(),
        "rate": rate_words(row.rate),
        "taxable": amount(row.taxable),
        "tax": amount(row.tax),
    }
