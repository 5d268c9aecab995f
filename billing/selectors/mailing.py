"""Whether a document reached its customer's mailbox."""

from typing import Any

from django.db.models import OuterRef, Subquery

from billing.models import Invoice
from tenants.models import Notice

KIND = "invoice.issued"


def last_mail(invoice: Invoice) -> Notice | None:
    """Return the last mail of a document; None for one from before mails were kept."""
    return Notice.objects.of(KIND, invoice.pk).first()


def with_mailed_at(invoices: Any) -> Any:
    """Tell with each document when it was mailed last."""
    sent = Notice.objects.of(KIND, OuterRef("pk")).filter(sent_at__isnull=False)
    return invoices.annotate(mailed_at=Subquery(sent.values("sent_at")[:1]))
