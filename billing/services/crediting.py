"""Credit notes: an issued invoice never changes, it is credited."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum

from billing.models import Invoice, InvoiceLine
from billing.rating.model import PricedDocument, PricedLine
from billing.rating.parse import parse_month
from billing.rating.price import price_credit, price_full_credit
from billing.services.issuing import Rated, issue
from tenants.models import User


class NothingToCredit(Exception):
    """The document is a credit note itself, or is credited in full already."""


@transaction.atomic
def credit_in_full(
    *, invoice: Invoice, reason: str, actor: User, now: dt.datetime
) -> Invoice:
    """Issue the credit note of a whole invoice, or of what is left of it.

    It repeats every line, then with a minus what was credited before. Who credits the
    same customer takes turns; the second gets ``NothingToCredit``, so all credits
    together never exceed the invoice.
    """
    take_turns(invoice.tenant_id)
    notes = list(invoice.credit_notes.order_by("pk"))
    if invoice.kind != Invoice.Kind.INVOICE or (notes and not left_of(invoice)):
        raise NothingToCredit(invoice)
    document = price_full_credit(parse_month(invoice.request))
    if document is None or document.total_gross != invoice.total_incl_vat:
        raise NothingToCredit(invoice)
    rated = Rated(
        invoice.tenant,
        invoice.month,
        _without(document, notes),
        invoice.request,
        invoice,
        reason[:200],
    )
    (note,) = issue([rated], now=now, actor=actor)
    return note


def left_of(invoice: Invoice) -> Decimal:
    """Return what of an invoice is not credited yet, in EUR incl. VAT."""
    sums = invoice.credit_notes.aggregate(sum=Sum("total_incl_vat"))
    left: Decimal = invoice.total_incl_vat - (sums["sum"] or 0)
    return left


def credit_of(invoice: Invoice, lines: Iterable[PricedLine]) -> PricedDocument:
    """Return a credit note of these lines, with the VAT of the invoice.

    Each credit note rounds its VAT; together they do not exceed that of the invoice,
    and come to it with the last net cent.
    """
    (vat,) = invoice.vat.all()
    document = price_credit(tuple(lines), vat.category)
    notes = invoice.credit_notes.aggregate(
        net=Sum("total_excl_vat", default=0), tax=Sum("total_vat", default=0)
    )
    (own,), left = document.vat, vat.tax - notes["tax"]
    is_last = document.total_net == invoice.total_excl_vat - notes["net"]
    tax = left if is_last else min(own.tax, left)
    return replace(document, vat=(replace(own, tax=tax),))


def take_turns(tenant_id: int) -> None:
    """Let nobody else credit the customer until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7264, %s)", [tenant_id])


def _without(document: PricedDocument, notes: Iterable[Invoice]) -> PricedDocument:
    """Return the credit note of all lines without what was credited before."""
    before = [(note, line) for note in notes for line in note.lines.all()]
    lines = [*document.lines, *(_taken_off(*pair) for pair in before)]
    (vat,) = document.vat
    net = sum((line.net for _note, line in before), Decimal(0))
    tax = sum((note.total_vat for note in notes), Decimal(0))
    left = replace(vat, taxable=vat.taxable - net, tax=vat.tax - tax)
    return replace(document, lines=tuple(lines), vat=(left,))


def _taken_off(note: Invoice, line: InvoiceLine) -> PricedLine:
    return PricedLine(
        contract=line.contract,
        code=line.code,
        quantity=Decimal(-1),
        unit="C62",
        unit_price=line.net,
        gross=-line.net,
        usage_month=line.usage_month,
        credited_with=note.reference,
    )
