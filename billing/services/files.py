"""Bytes of issued documents: written once, found by their hash, checked when read."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from billing.models import ContractSummary, Invoice, StoredFile


def store_pdf(document: Invoice | ContractSummary, body: bytes) -> StoredFile:
    """Keep the PDF of a document that has none.

    The key holds tenant, document and hash, so nothing is ever overwritten. Of
    two processes the second fails on the constraint, inside its transaction.
    """
    digest = hashlib.sha256(body).hexdigest()
    kind = "invoice" if isinstance(document, Invoice) else "summary"
    key = f"{document.tenant_id}/{kind}-{document.pk}/{digest}.pdf"
    if not default_storage.exists(key):
        default_storage.save(key, ContentFile(body))
    return StoredFile.objects.create(
        tenant_id=document.tenant_id,
        sha256=digest,
        size=len(body),
        storage_key=key,
        **{kind: document},
    )
