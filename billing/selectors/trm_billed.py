"""What documents say of the calls of closed months: billed, corrected, left."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum

from billing.models import Correction, Invoice, InvoiceLine
from billing.rating import codes
from billing.rating.money import NOTHING
from billing.selectors.counted import Key
from contracts.models import Contract


@dataclass(slots=True)
class Part:
    """One invoice's part of a month's calls, in EUR excl. VAT, less corrections.

    ``gross`` is before a promotion on the minimum, ``net`` what was charged.
    """

    gross: Decimal = NOTHING
    net: Decimal = NOTHING


@dataclass(slots=True)
class TrmBilled:
    """What was billed for the calls of a contract's month, corrections taken off.

    ``parts`` by invoice, in the order of their months. ``least`` is the minimum due,
    where the month's own invoice charged it.
    """

    amount: Decimal = NOTHING
    least: Decimal = NOTHING
    parts: dict[int, Part] = field(default_factory=dict)


def trm_billed(
    contracts: Iterable[Contract], months: Collection[dt.date]
) -> dict[Key, TrmBilled]:
    """Return what invoices charged for these months, their late calls included."""
    keys = {
        (contract.tenant_id, contract.reference): contract.pk for contract in contracts
    }
    tenants = {tenant for tenant, _reference in keys}
    billed: dict[Key, TrmBilled] = {}
    _add_invoiced(billed, keys, tenants, months)
    _take_off_credited(billed, keys, tenants, months)
    made = Correction.objects.filter(tenant__in=tenants, month__in=months).order_by()
    for contract, month, amount in made.values_list("contract", "month", "amount"):
        if (contract, month) in billed:
            billed[contract, month].amount -= amount
    return billed


Keys = Mapping[tuple[int, str], int]


def _add_invoiced(
    by_month: dict[Key, TrmBilled],
    keys: Keys,
    tenants: Collection[int],
    months: Collection[dt.date],
) -> None:
    own = Q(code__in=[codes.CALL.name, codes.MINIMUM.name], invoice__month__in=months)
    late = Q(code=codes.LATE.name, usage_month__in=months)
    lines = InvoiceLine.objects.filter(
        own | late, tenant__in=tenants, invoice__kind=Invoice.Kind.INVOICE
    )
    rows = lines.order_by("invoice__month", "position").values_list(
        "tenant",
        "contract",
        "usage_month",
        "invoice__month",
        "invoice",
        "code",
        "gross",
        "net",
    )
    for tenant, reference, usage_month, month, invoice, code, gross, net in rows:
        contract = keys.get((tenant, reference))
        if contract is not None:
            billed = by_month.setdefault((contract, usage_month or month), TrmBilled())
            billed.amount += gross
            if code == codes.MINIMUM.name:  # after the line of the calls it adds to
                billed.least = billed.amount
            part = billed.parts.setdefault(invoice, Part())
            part.gross, part.net = part.gross + gross, part.net + net


def _take_off_credited(
    by_month: dict[Key, TrmBilled],
    keys: Keys,
    tenants: Collection[int],
    months: Collection[dt.date],
) -> None:
    """Take off what corrections credited of each invoice, not whole invoices.

    The credit note of the rest of an invoice repeats them with a minus.
    """
    lines = InvoiceLine.objects.filter(
        tenant__in=tenants,
        code=codes.CORRECTION.name,
        usage_month__in=months,
        net__gt=0,
    )
    rows = lines.order_by().values_list(
        "tenant", "contract", "usage_month", "invoice__credits", "net"
    )
    for tenant, reference, month, invoice, net in rows:
        key = keys.get((tenant, reference), 0), month or dt.date.min
        billed = by_month.get(key)
        if billed is not None and invoice in billed.parts:
            part = billed.parts[invoice]
            part.gross, part.net = part.gross - net, part.net - net


def left_of(invoices: Iterable[int]) -> dict[int, Decimal]:
    """Return what of each invoice is not credited yet, in EUR excl. VAT."""
    rows = Invoice.objects.filter(pk__in=invoices).order_by()
    left = dict(rows.values_list("pk", "total_excl_vat"))
    notes = Invoice.objects.filter(credits__in=left).order_by().values_list("credits")
    for invoice, credited in notes.annotate(Sum("total_excl_vat")):
        left[invoice] -= credited
    return left
