"""Whether a document reached its customer's mailbox."""

import datetime as dt
from typing import TYPE_CHECKING, TypedDict

from django.db.models import OuterRef, QuerySet, Subquery

from billing.models import Invoice
from tenants.models import Notice

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

KIND = "invoice.issued"


class MailedAt(TypedDict):
    mailed_at: dt.datetime | None


def last_mail(invoice: Invoice) -> Notice | None:
    """Return the last mail of a document; None for one from before mails were kept."""
    return Notice.objects.of(KIND, invoice.pk).first()


def with_mailed_at(
    invoices: QuerySet[Invoice],
) -> "QuerySet[WithAnnotations[Invoice, MailedAt]]":
    """Tell with each document when it was mailed last."""
    sent = Notice.objects.of(KIND, OuterRef("pk")).filter(sent_at__isnull=False)
    return invoices.annotate(mailed_at=Subquery(sent.values("sent_at")[:1]))
