"""Which month bills work, and which invoice holds it."""

import datetime as dt

from django.db.models import Q

from billing.models import ContractOption, CustomerMonth, Invoice, OneOff, Order
from traffic.models import Period
from vms_portal.kernel.data.open_months import first_open_day


def month_for(completed_on: dt.date | None) -> dt.date | None:
    """Return the ``bill_in`` of work completed on that day; None is its own month.

    That month does not begin to close before the transaction ends.
    """
    first = first_open_day()
    if completed_on is None or first is None or completed_on >= first:
        return None
    return first


def is_billed(work: OneOff) -> bool:
    """Does an invoice hold the stored work, or will the close that has begun?

    Whoever was set aside is billed later: their work can still be corrected.
    """
    month = work.month
    if month is None:
        return False
    row = CustomerMonth.objects.filter(tenant=work.tenant_id, month=month).first()
    if row is None:
        return Period.objects.filter(month=month, state=Period.State.CLOSING).exists()
    if row.state == CustomerMonth.State.PARKED:
        return False
    return str(work.contract_id) in row.usage["contracts"]


def is_set_aside(tenant_id: int) -> bool:
    """Does a closed month of the customer wait for a price?"""
    parked = CustomerMonth.State.PARKED
    return CustomerMonth.objects.filter(tenant=tenant_id, state=parked).exists()


def has_billed(order: Order) -> bool:
    """Is anything of the order billed, at the prices of its day?

    As ``billing_order_keeps_its_day`` of the database has it.
    """
    works = OneOff.objects.filter(order=order)
    if any(is_billed(work) for work in works):
        return True
    first = first_open_day()
    if first is None or is_set_aside(order.tenant_id):
        return False
    begun = Q(starts_on__lt=first, contract__activated_on__lt=first)
    return ContractOption.objects.filter(begun, order=order).exists()


def invoice_of(work: OneOff) -> Invoice | None:
    """Return the invoice of the month that bills the work, once it is issued."""
    if work.month is None:
        return None
    invoices = Invoice.objects.filter(tenant=work.tenant_id, month=work.month)
    return invoices.filter(kind=Invoice.Kind.INVOICE).first()
