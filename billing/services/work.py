"""Work that its own month cannot bill any more."""

from typing import Any

from billing.models import OneOff
from billing.selectors.work import is_billed
from contracts.models import Contract
from vms_portal.kernel.data.open_months import first_open_day


def bill_later(*, contract: Contract) -> dict[str, Any]:
    """Put off the work whose months closed before the contract was agreed.

    Runs in the caller's transaction; returns the detail of the caller's event.
    """
    first = first_open_day()
    missed = []
    for work in OneOff.objects.filter(contract=contract).select_for_update(
        of=("self",)
    ):
        month = work.month
        if first and month and month < first and not is_billed(work):
            work.bill_in = first
            work.save(update_fields=["bill_in"])
            missed.append(f"{work}: {first:%Y-%m}")
    return {"rows": missed} if missed else {}
