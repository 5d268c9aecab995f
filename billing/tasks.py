"""Billing in the background. A task takes ids and may run twice."""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from billing.models import Invoice
from billing.selectors import closes
from billing.selectors.files import files_in_turn, is_whole
from billing.services import chunks, closing, files, summaries
from billing.services.notices import ISSUED
from tenants.models import Notice
from tenants.tasks import send_notice
from vms_portal.kernel.data.row_security import system_scope
from vms_portal.kernel.work.failures import report
from vms_portal.kernel.work.queue import begin_queued, queue_once
from vms_portal.kernel.work.tasks import durable
from vms_portal.schedule import SWEEP_SECONDS

FREEZE = 5_000
RENDERED_WITHIN = dt.timedelta(minutes=2)
NEVER_BEGUN = "Customers wait to be billed in a month whose close has not begun."


@durable
def continue_close(month: str) -> None:
    """Do what a begun close still needs; ``month`` is the ISO date of its first day.

    Freezes who is not frozen, queues the customers who wait in chunks, and closes
    the period when nobody does. The sweeper calls it again until that is so, also
    when an earlier month has to be frozen first. Of a month that nobody began to
    close nothing is due.
    """
    first = dt.date.fromisoformat(month)
    with system_scope():
        if not closes.has_begun(first):
            return
    try:
        _freeze(first)
    except closing.EarlierMonthUnfrozen:
        return
    with system_scope():
        ids = list(closing.pending(first).values_list("pk", flat=True))
        closing.finish_close(month=first, now=timezone.now())
    for start in range(0, len(ids), closing.CHUNK):
        bill_customers.delay(month, ids[start : start + closing.CHUNK])


def _freeze(month: dt.date) -> None:
    with system_scope():
        closing.require_frozen_before(month)
        missing = closing.missing_tenants(month)
    for start in range(0, len(missing), FREEZE):
        with system_scope():
            closing.freeze_usage(month=month, tenants=missing[start : start + FREEZE])


@durable
def bill_customers(month: str, ids: list[int]) -> None:
    """Bill a chunk of customers, then close the period if it was the last."""
    first = dt.date.fromisoformat(month)
    with system_scope():
        chunks.bill(month=first, ids=ids, now=timezone.now())
    with system_scope():
        closing.finish_close(month=first, now=timezone.now())


@durable
def render_invoice(invoice_id: int) -> None:
    """Store the files of an invoice once, then have it mailed.

    A second worker finds them there.
    """
    begin_queued(render_invoice, invoice_id)
    with system_scope():
        files.render_missing(Invoice.objects.get(pk=invoice_id))
        waiting = Notice.objects.of(ISSUED, invoice_id).filter(sent_at=None)
        keys = list(waiting.filter(refused_at=None).values_list("pk", flat=True))
    for pk in keys:
        queue_once(send_notice, pk)


@durable
def repair_file(file_id: int) -> None:
    """Restore the stored file of a document if it is damaged."""
    with system_scope():
        files.repair(file_id=file_id, now=timezone.now())


@durable
def render_summary(summary_id: int) -> None:
    """Render a contract summary and make it ready to send, or say why not."""
    begin_queued(render_summary, summary_id)
    with system_scope():
        summaries.render(summary_id=summary_id)


@durable
def apply_agreement(summary_id: int) -> None:
    """Take the contract from sent to agreed once its newest summary is."""
    with system_scope():
        summaries.apply_agreement(summary_id=summary_id, now=timezone.now())


@durable
def sweep() -> None:
    """Queue again whatever is due and not done; the queue may have lost it."""
    now = timezone.now()
    with system_scope():
        months = closing.months_to_continue()
        lost = closes.months_never_begun()
        invoices = list(
            unrendered(now).order_by("pk").values_list("pk", flat=True)[:500]
        )
        drawn_up = list(summaries.to_render().values_list("pk", flat=True))
        agreed = list(summaries.to_apply().values_list("pk", flat=True))
        looked_at = files_in_turn(now, SWEEP_SECONDS)
        damaged = [file.pk for file in looked_at if not is_whole(file)]
    for month in months:
        continue_close.delay(month.isoformat())
    for month in lost:
        about = [month.isoformat()]
        report(continue_close.name, about, NEVER_BEGUN, repeatable=False)
    for pk in invoices:
        queue_once(render_invoice, pk)
    for pk in drawn_up:
        queue_once(render_summary, pk)
    for pk in agreed:
        apply_agreement.delay(pk)
    for pk in damaged:
        repair_file.delay(pk)


def unrendered(now: dt.datetime) -> QuerySet[Invoice]:
    """Return the invoices that lack a file though their own task had its time."""
    return files.unrendered().filter(issued_at__lt=now - RENDERED_WITHIN)
