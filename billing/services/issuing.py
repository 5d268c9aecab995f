"""Turning a rated document into an issued one: whole, numbered, for good."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from billing.documents.parties import (
    customer_snapshot,
    identifiers,
    supplier_snapshot,
)
from billing.models import Invoice, InvoiceLine, InvoiceVat
from billing.rating.model import PricedDocument
from billing.services.notices import invoice_notices
from billing.services.numbering import (
    reference,
    structured_communication,
    take_numbers,
)
from billing.wording import line_description
from tenants.audit.record import Act, Actor, record_each
from tenants.models import Tenant
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.work.queue import enqueue_after_commit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rated:
    """A priced document that has no number yet, and what it was priced from."""

    tenant: Tenant
    month: dt.date
    document: PricedDocument
    request: Json
    credits: Invoice | None = None
    reason: str = ""


def issue(rated: Sequence[Rated], *, now: dt.datetime, actor: Actor) -> list[Invoice]:
    """Number and store documents of one kind, with lines, VAT and audit.

    Runs in the caller's transaction and takes the numbers at its very end. The
    PDFs are rendered by a worker after the commit.
    """
    if not rated:
        return []
    issued_on = local_date(now)
    numbers = take_numbers(rated[0].document.kind, issued_on, len(rated))
    invoices = [
        _invoice(item, number, issued_on, now)
        for item, number in zip(rated, numbers, strict=True)
    ]
    Invoice.objects.bulk_create(invoices)
    pairs = list(zip(invoices, rated, strict=True))
    InvoiceLine.objects.bulk_create(line for pair in pairs for line in _lines(*pair))
    InvoiceVat.objects.bulk_create(vat for pair in pairs for vat in _vat(*pair))
    acts = [
        Act(invoice, {"total_incl_vat": invoice.total_incl_vat}, invoice.tenant)
        for invoice in invoices
    ]
    record_each(acts, actor=actor, action=f"{invoices[0].kind}.issued", at=now)
    invoice_notices(invoices, now)
    for invoice in invoices:
        enqueue_after_commit("billing.tasks.render_invoice", invoice.pk)
    return invoices


def _invoice(item: Rated, number: int, issued_on: dt.date, now: dt.datetime) -> Invoice:
    kind, year = item.document.kind, issued_on.year
    is_invoice = kind == "invoice"
    days = settings.OPERATOR.payment_days if is_invoice else 0
    return Invoice(
        tenant=item.tenant,
        kind=kind,
        entity=settings.OPERATOR.vat_number,
        year=year,
        number=number,
        reference=reference(kind, year, number),
        month=item.month,
        credits=item.credits,
        issued_on=issued_on,
        due_on=issued_on + dt.timedelta(days=days),
        issued_at=now,
        language=item.tenant.language,
        supplier=supplier_snapshot(item.tenant.language),
        customer=_customer(item),
        communication=structured_communication(year, number) if is_invoice else "",
        reason=item.reason,
        total_excl_vat=item.document.total_net,
        total_vat=item.document.total_vat,
        total_incl_vat=item.document.total_gross,
        request=item.request,
    )


def _customer(item: Rated) -> Json:
    """Return whom it is for: a credit note goes by the VAT details of its invoice.

    Who moved to another country since would get one without the right VAT number.
    """
    if item.credits is None:
        return customer_snapshot(item.tenant)
    invoiced = item.credits.customer
    numbers = identifiers(invoiced.get("vat_number", ""))
    return {**numbers, **invoiced, "email": item.tenant.billing_email}


def _lines(invoice: Invoice, item: Rated) -> list[InvoiceLine]:
    return [
        InvoiceLine(
            tenant_id=invoice.tenant_id,
            invoice=invoice,
            position=position,
            contract=line.contract,
            code=line.code,
            description=line_description(line, invoice.language),
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            base_quantity=line.base_quantity,
            gross=line.gross,
            allowance=line.allowance,
            allowance_percent=line.percent,
            net=line.net,
            starts_on=line.start,
            ends_on=line.end,
            usage_month=line.usage_month,
        )
        for position, line in enumerate(item.document.lines, start=1)
    ]


def _vat(invoice: Invoice, item: Rated) -> list[InvoiceVat]:
    return [
        InvoiceVat(
            tenant_id=invoice.tenant_id,
            invoice=invoice,
            category=vat.category,
            rate=vat.rate,
            taxable=vat.taxable,
            tax=vat.tax,
        )
        for vat in item.document.vat
    ]
