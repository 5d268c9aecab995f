"""After a restore: go on above the last number that was sent."""

import datetime as dt
import re

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from billing.models import Invoice, InvoiceSeries
from billing.services.numbering import PREFIX, reference
from tenants.audit.record import record
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.text import clean_text

ACTOR = "continue_series"
# A restored day loses at most a month's close; more is a slip of the hand.
FURTHEST = 100_000
_REFERENCE = re.compile(r"(CN-)?(20\d{2})-(\d{6,8})", re.ASCII)


class NoReference(Exception):
    """The text is not the number of an invoice or credit note of ours."""


class NoReason(Exception):
    """Nothing that can be read says why."""


class SeriesNotBehind(Exception):
    """The series stands there already, or further: ``last`` is its last number."""

    def __init__(self, last: str) -> None:
        super().__init__(last)
        self.last = last


class TooFar(Exception):
    """More numbers would be passed over than can have been lost."""


def continue_after(*, sent: str, reason: str, now: dt.datetime) -> tuple[str, str]:
    """Give no number up to ``sent``, say 2026-000042 or CN-2026-000003, again.

    Returns the last number before and the next one. ``NoReference``, ``NoReason``,
    ``SeriesNotBehind``, ``TooFar``. Never moves a series back.
    """
    reason = clean_text(reason)
    if not reason:
        raise NoReason
    kind, year, number = _read(sent)
    if year > local_date(now).year:
        raise NoReference
    with transaction.atomic():
        series = _locked(kind, year)
        before = series.last_number
        if number <= before:
            raise SeriesNotBehind(reference(kind, year, before))
        if number - _last_issued(series) > FURTHEST:
            raise TooFar
        series.last_number = number
        series.save(update_fields=["last_number"])
        detail = {"from": reference(kind, year, before), "to": sent, "reason": reason}
        record(
            actor=ACTOR,
            action="invoice.series_continued",
            target=series,
            detail=detail,
            at=now,
        )
    return reference(kind, year, before), reference(kind, year, number + 1)


def _locked(kind: str, year: int) -> InvoiceSeries:
    """Lock the operator's series; one of which nothing was issued here begins at 0."""
    begun = {"entity": settings.OPERATOR.vat_number}
    InvoiceSeries.objects.get_or_create(defaults=begun, kind=kind, year=year)
    return InvoiceSeries.objects.select_for_update().get(kind=kind, year=year)


def _last_issued(series: InvoiceSeries) -> int:
    """Return the number of its last document: passed over twice is passed over."""
    issued = Invoice.objects.filter(kind=series.kind, year=series.year)
    return issued.aggregate(last=Max("number", default=0))["last"]


def _read(sent: str) -> tuple[str, int, int]:
    match = _REFERENCE.fullmatch(sent)
    if match is None:
        raise NoReference
    kinds = {prefix: kind for kind, prefix in PREFIX.items()}
    return kinds[match[1] or ""], int(match[2]), int(match[3])
