"""Credit notes: an issued invoice never changes, it is credited."""

import datetime as dt

from django.db import connection, transaction

from billing.models import Invoice
from billing.rating.parse import parse_month
from billing.rating.price import price_full_credit
from billing.services.issuing import Rated, issue
from tenants.models import User


class NothingToCredit(Exception):
    """The document is a credit note itself, or is credited in full already."""


@transaction.atomic
def credit_in_full(
    *, invoice: Invoice, reason: str, actor: User, now: dt.datetime
) -> Invoice:
    """Issue the credit note of a whole invoice and return it.

    It repeats every line. Two people crediting one invoice take turns; the second
    gets ``NothingToCredit``, so all credits together never exceed the invoice.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7264, %s)", [invoice.pk])
    if invoice.kind != Invoice.Kind.INVOICE or invoice.credit_notes.exists():
        raise NothingToCredit(invoice)
    document = price_full_credit(parse_month(invoice.request))
    if document is None or document.total_gross != invoice.total_incl_vat:
        raise NothingToCredit(invoice)
    rated = Rated(
        invoice.tenant, invoice.month, document, invoice.request, invoice, reason[:200]
    )
    (note,) = issue([rated], now=now, actor=actor)
    return note
