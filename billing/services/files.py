"""Bytes of issued documents: written once, found by their hash, made whole again."""

import datetime as dt
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import cast

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.documents.contract_summary import render_contract_summary
from billing.documents.invoice import render_invoice_pdf
from billing.models import ContractSummary, FileKind, Invoice, StoredFile
from billing.selectors.files import digest_of, is_whole, stored_bytes
from billing.selectors.summary import content_of
from tenants.audit.record import record
from vms_portal.kernel.work.queue import enqueue_after_commit

ACTOR = "document store"
# What every invoice and credit note is stored as.
RENDERERS: dict[str, Callable[[Invoice], bytes]] = {FileKind.PDF: render_invoice_pdf}
log = structlog.get_logger(__name__)


class Repair(StrEnum):
    """What became of a file that was looked at."""

    WHOLE = "whole"
    RESTORED = "restored"
    REPLACED = "replaced"
    LOST = "lost"


def store(
    document: Invoice | ContractSummary,
    kind: str,
    body: bytes,
    replaces: StoredFile | None = None,
) -> StoredFile:
    """Keep the file of a document that has none of this kind, or no readable one.

    The key holds tenant, document and hash. Of two processes the second fails on
    the constraint, inside its transaction. ``OSError`` when the bytes cannot be
    read back: then there is no row either.
    """
    digest = digest_of(body)
    noun = "invoice" if isinstance(document, Invoice) else "summary"
    key = f"{document.tenant_id}/{noun}-{document.pk}/{digest}.{kind}"
    _write(key, body)
    return StoredFile.objects.create(
        tenant_id=document.tenant_id,
        kind=kind,
        sha256=digest,
        size=len(body),
        storage_key=key,
        replaces=replaces,
        **{noun: document},
    )


def render_missing(invoice: Invoice) -> None:
    """Render and store what an invoice is not stored as yet, each kind once."""
    for kind, render in RENDERERS.items():
        if invoice.file(kind) is None:
            body = render(invoice)
            with transaction.atomic():
                if not invoice.files.filter(kind=kind).exists():
                    store(invoice, kind, body)


def unrendered() -> QuerySet[Invoice]:
    """Return the invoices that lack a file of some kind."""
    lacks = Q()
    for kind in RENDERERS:
        stored = StoredFile.objects.filter(invoice=OuterRef("pk"), kind=kind)
        lacks |= Q(~Exists(stored))
    return Invoice.objects.filter(lacks)


def ask_for_repair(files: Iterable[StoredFile]) -> None:
    """Let a worker look at files that were found damaged."""
    for file in files:
        enqueue_after_commit("billing.tasks.repair_file", file.pk)


@transaction.atomic
def repair(*, file_id: int, now: dt.datetime) -> Repair:
    """Render a damaged file once more from what its document froze.

    The very same bytes are put back. Where fonts or words have changed since, an
    invoice gets a new file beside the old row. A contract summary does not: its
    agreement names the hash, so only a backup has those bytes (``LOST``).
    """
    file = StoredFile.objects.select_related("invoice", "summary").get(pk=file_id)
    if is_whole(file) or StoredFile.objects.filter(replaces=file).exists():
        return Repair.WHOLE
    document = cast(Invoice | ContractSummary, file.invoice or file.summary)
    body = _render(document, file.kind)
    if digest_of(body) == file.sha256:
        _write(file.storage_key, body)
        outcome, detail = Repair.RESTORED, {"sha256": file.sha256}
    elif isinstance(document, Invoice):
        new = store(document, file.kind, body, replaces=file)
        outcome = Repair.REPLACED
        detail = {"sha256": new.sha256, "sha256_before": file.sha256}
    else:
        log.error("files.lost", key=file.storage_key, sha256=file.sha256)
        return Repair.LOST
    noun = document.kind if isinstance(document, Invoice) else "summary"
    action = f"{noun}.file_{outcome}"
    record(actor=ACTOR, action=action, target=document, at=now, detail=detail)
    return outcome


def _render(document: Invoice | ContractSummary, kind: str) -> bytes:
    if isinstance(document, Invoice):
        return RENDERERS[kind](document)
    return render_contract_summary(content_of(document), settings.OPERATOR)


def _write(key: str, body: bytes) -> None:
    """Store the bytes unless they are there, and look whether they are."""
    if stored_bytes(key) != body:
        default_storage.save(key, ContentFile(body))
    if stored_bytes(key) != body:
        raise OSError(f"{key} does not hold what was written to it.")
