"""What finance looks at before a month is closed for good."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Invoice
from billing.selectors.estimate import Estimate
from billing.selectors.month import Preview
from billing.selectors.overbilled import overbilled
from billing.selectors.usage import contracts_in
from traffic.models import ContractDay, QuarantinedRecord
from vms_portal.kernel.local_time import next_month

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Checks:
    """What may be missing from the documents of a month, as things stand."""

    set_aside: int
    overbilled: int
    silent_days: list[dt.date]
    unpriced: list[Estimate]
    without_vat_number: list[Estimate]
    without_email: list[Estimate]
    without_address: list[Estimate]

    @property
    def are_clean(self) -> bool:
        return not (
            self.set_aside
            or self.overbilled
            or self.silent_days
            or self.unpriced
            or self.without_vat_number
            or self.without_email
            or self.without_address
        )


def checks_of(month: dt.date, preview: Preview, today: dt.date) -> Checks:
    """Return what to look at; calls set aside count whatever month they are of.

    A call set aside may have no readable time, and none of them is billed. So do
    months that are billed too much: late calls are compared with what is billed.
    """
    waiting = QuarantinedRecord.objects.filter(state=QuarantinedRecord.State.OPEN)
    return Checks(
        set_aside=waiting.count(),
        overbilled=len(overbilled()),
        silent_days=_silent_days(month, today),
        unpriced=preview.problems,
        without_vat_number=[e for e in preview.invoices if not e.tenant.vat_number],
        without_email=[e for e in preview.invoices if not e.tenant.billing_email],
        without_address=[
            e for e in preview.invoices if not e.tenant.has_postal_address
        ],
    )


def _silent_days(month: dt.date, today: dt.date) -> list[dt.date]:
    """Past days of the month without a call while a contract was in service."""
    firsts = contracts_in(month).order_by().values_list("activated_on", flat=True)
    first = min((day for day in firsts if day), default=None)
    if first is None:
        return []
    end, day = min(next_month(month), today), max(first, month)
    rows = ContractDay.objects.filter(day__gte=day, day__lt=end)
    seen = set(rows.values_list("day", flat=True).distinct())
    days = ((day + n * DAY) for n in range((end - day).days))
    return [one for one in days if one not in seen]


def billed_before(month: dt.date) -> dict[int, Decimal]:
    """Return what each customer's invoice of the month before came to, excl. VAT."""
    before = (month - DAY).replace(day=1)
    issued = Invoice.objects.filter(month=before, kind=Invoice.Kind.INVOICE)
    return dict(issued.values_list("tenant_id", "total_excl_vat"))
