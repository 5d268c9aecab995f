"""Months that are closed, and what is found in them afterwards."""

import datetime as dt

from django.core.management import call_command

from billing.models import Invoice, InvoiceLine
from billing.selectors.overbilled import overbilled
from contracts.models import Contract
from tests.support.deliveries import row
from tests.support.october import OCTOBER

NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
LATER = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)


def calls(count: int, *, first: int = 0, **changes) -> list[dict[str, str]]:
    return [row(call_id=f"c{first + n}", **changes) for n in range(count)]


def close(month: dt.date) -> None:
    call_command("close_month", f"{month:%Y-%m}", now=LATER, verbosity=0)


def found() -> list[tuple[int, int, str]]:
    return [(x.calls_billed, x.calls_correct, f"{x.amount}") for x in overbilled()]


def late_lines() -> list[tuple[dt.date, str]]:
    lines = InvoiceLine.objects.filter(code="TRM_LATE", invoice__kind="invoice")
    rows = lines.order_by("invoice__month").values_list("invoice__month", "net")
    return [(month, f"{net}") for month, net in rows]


def invoice_of(contract: Contract, month: dt.date = OCTOBER) -> Invoice:
    return Invoice.objects.get(kind="invoice", tenant=contract.tenant, month=month)
