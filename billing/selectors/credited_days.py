"""Days of a closed month that are billed and not due: a contract ended earlier."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Max, Sum

from billing.models import Invoice, InvoiceLine
from billing.rating.model import PricedDocument, PricedLine
from billing.rating.money import NOTHING
from contracts.models import Contract

Json = dict[str, Any]
DAY = dt.timedelta(days=1)


def as_due(request: Json) -> Json:
    """Return the input of ``price_month`` for what is right: no work, no late calls."""
    (contract,) = request["contracts"]
    calls = [{**entry, "bulk": request["correct_calls"]} for entry in contract["calls"]]
    right = {**contract, "calls": calls, "late": [], "one_offs": []}
    return {**request, "contracts": [right]}


def trm_net(document: PricedDocument | None) -> Decimal:
    """Return what the calls cost in EUR, a promotion on the minimum taken off."""
    lines = document.lines if document else ()
    return sum((line.net for line in lines if line.start is None), NOTHING)


def day_lines(
    contract: Contract, month: dt.date, last_day: dt.date, due: PricedDocument | None
) -> list[PricedLine]:
    """Return a line for each fee whose days after ``last_day`` are to be credited.

    What the invoice charged, less what was credited of it, less what is ``due``.
    """
    due_by_code: dict[str, Decimal] = defaultdict(Decimal)
    for line in due.lines if due else ():
        if line.start is not None:
            due_by_code[line.code] += line.net
    own = Invoice.objects.filter(tenant=contract.tenant_id, month=month)
    billed = _fees(contract, own.filter(kind=Invoice.Kind.INVOICE))
    notes = _fees(contract, own.filter(kind=Invoice.Kind.CREDIT_NOTE))
    credited = {code: net for code, net, _end in notes}
    start = max(month, last_day + DAY)
    return [
        _line(contract, code, rest, start, end)
        for code, net, end in billed
        if (rest := net - credited.get(code, NOTHING) - due_by_code[code]) > 0
    ]


def _fees(
    contract: Contract, documents: Iterable[Invoice]
) -> list[tuple[str, Decimal, dt.date]]:
    """The sums of recurring fees by code: their lines are those with days."""
    lines = InvoiceLine.objects.filter(
        tenant=contract.tenant_id,
        contract=contract.reference,
        invoice__in=documents,
        starts_on__isnull=False,
    )
    sums = lines.order_by().values_list("code").annotate(Sum("net"), Max("ends_on"))
    return list(sums.order_by("code"))


def _line(
    contract: Contract, code: str, amount: Decimal, start: dt.date, end: dt.date
) -> PricedLine:
    return PricedLine(
        contract=contract.reference,
        code=code,
        quantity=Decimal(1),
        unit="C62",
        unit_price=amount,
        gross=amount,
        start=start,
        end=end,
    )
