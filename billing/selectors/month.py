"""A month as finance sees it: what waits, what it comes to, what to take along."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Min, QuerySet

from billing.models import FileKind, Invoice, StoredFile
from billing.rating.errors import UnlawfulDocument
from billing.selectors.customers import refuse_unlawful
from billing.selectors.estimate import Estimate, estimate
from billing.selectors.files import FileDamaged, read_file
from billing.selectors.usage import contracts_in, first_month
from tenants.models import Tenant
from traffic.models import Period
from vms_portal.kernel.csv_files.cells import csv_lines
from vms_portal.kernel.local_time import first_of_month, local_date, next_month

HEADER = (
    "number",
    "kind",
    "customer",
    "name",
    "VAT number",
    "month",
    "issued on",
    "due on",
    "total excl. VAT",
    "VAT",
    "total incl. VAT",
    "communication",
    "credits",
)


class PdfsMissing(Exception):
    """Some documents of the month are not rendered yet; ``count`` says how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class PdfsDamaged(Exception):
    """Stored documents of the month are damaged: their numbers and their files."""

    def __init__(self, damaged: list[tuple[str, StoredFile]]) -> None:
        self.references = sorted({reference for reference, _file in damaged})
        super().__init__(self.references)
        self.files = [file for _reference, file in damaged]


@dataclass(frozen=True, slots=True)
class Preview:
    """What closing the month would issue, as things stand. Amounts in EUR."""

    estimates: list[Estimate]

    @property
    def invoices(self) -> list[Estimate]:
        return [item for item in self.estimates if item.document]

    @property
    def problems(self) -> list[Estimate]:
        return [item for item in self.estimates if item.problem]

    @property
    def total_net(self) -> Decimal:
        documents = (item.document for item in self.estimates)
        return sum((d.total_net for d in documents if d), Decimal("0.00"))

    @property
    def total_gross(self) -> Decimal:
        documents = (item.document for item in self.estimates)
        return sum((d.total_gross for d in documents if d), Decimal("0.00"))


def preview(month: dt.date) -> Preview:
    ids = contracts_in(month).order_by().values("tenant")
    tenants = Tenant.objects.filter(pk__in=ids).order_by("reference")
    return Preview([_lawful(item) for item in estimate(month, list(tenants))])


def _lawful(item: Estimate) -> Estimate:
    try:
        if item.document:
            refuse_unlawful(item.tenant)
    except UnlawfulDocument as error:
        return Estimate(item.tenant, None, error.message)
    return item


def months_ready(now: dt.datetime) -> list[dt.date]:
    """Return the months that are over and still open, the earliest first."""
    return months_open_before(first_of_month(local_date(now)))


def months_open_before(this: dt.date) -> list[dt.date]:
    """Return the months before ``this`` that are to be closed, the earliest first."""
    states = dict(Period.objects.filter(month__lt=this).values_list("month", "state"))
    start = first_to_close() or this
    months = []
    while start < this:
        if states.get(start, Period.State.OPEN) == Period.State.OPEN:
            months.append(start)
        start = next_month(start)
    return months


def first_to_close() -> dt.date | None:
    """Return the first month that a contract or work may cost something in, or closed.

    A month that is only entered for calls is none: whoever brings calls in could have
    all months since 2020 asked for.
    """
    begun = Period.objects.exclude(state=Period.State.OPEN)
    first = [first_month(), begun.aggregate(month=Min("month"))["month"]]
    return min(filter(None, first), default=None)


def documents_of(month: dt.date) -> QuerySet[Invoice]:
    documents = Invoice.objects.filter(month=month).select_related("tenant", "credits")
    return documents.defer("request", "supplier").order_by("kind", "year", "number")


def totals_csv(month: dt.date) -> str:
    """Return one row for each document of the month; credit notes are negative."""
    return "".join(csv_lines(HEADER, _rows(month)))


def _rows(month: dt.date) -> Iterator[tuple[object, ...]]:
    for invoice in documents_of(month):
        yield (
            invoice.reference,
            invoice.kind,
            invoice.tenant.reference,
            invoice.customer["name"],
            invoice.customer["vat_number"],
            f"{month:%Y-%m}",
            invoice.issued_on.isoformat(),
            invoice.due_on.isoformat(),
            invoice.sign * invoice.total_excl_vat,
            invoice.sign * invoice.total_vat,
            invoice.balance,
            # The plus signs would make a formula of it; banks match the digits.
            invoice.communication.strip("+"),
            invoice.credits.reference if invoice.credits else "",
        )


def month_zip(month: dt.date) -> bytes:
    """Return the ZIP of a month: every file, and the CSV of totals.

    ``PdfsMissing`` while some are being rendered, ``PdfsDamaged`` when some cannot
    be read: an archive is whole or not at all.
    """
    invoices = list(documents_of(month).prefetch_related("files"))
    if missing := sum(len(i.stored) < len(FileKind) for i in invoices):
        raise PdfsMissing(missing)
    damaged: list[tuple[str, StoredFile]] = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{month:%Y-%m}-totals.csv", totals_csv(month))
        for invoice in invoices:
            for file in invoice.stored:
                try:
                    name = f"{invoice.reference}.{file.kind}"
                    archive.writestr(name, read_file(file))
                except FileDamaged:
                    damaged.append((invoice.reference, file))
    if damaged:
        raise PdfsDamaged(damaged)
    return buffer.getvalue()
