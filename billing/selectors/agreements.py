"""Contract summaries that wait for the customer's agreement."""

from dataclasses import dataclass

from billing.models import ContractSummary
from contracts.models import Contract
from tenants.models import Member


@dataclass(frozen=True, slots=True)
class Agreements:
    """``waiting`` can be agreed now; ``is_any`` tells whether there ever was one."""

    waiting: list[ContractSummary]
    is_any: bool


def agreements_of(member: Member) -> Agreements:
    """Return the newest summary of each contract that is sent and not agreed.

    An earlier version can no longer be agreed with, whatever its state.
    """
    mine = ContractSummary.objects.visible_to(member).select_related(
        "contract", "agreement"
    )
    newest = mine.order_by("contract_id", "-version").distinct("contract_id")
    summaries = list(newest)
    waiting = [
        summary
        for summary in summaries
        if summary.state == ContractSummary.State.SENT
        and not hasattr(summary, "agreement")
        and summary.contract.state != Contract.State.TERMINATED
    ]
    is_any = any(summary.sent_at is not None for summary in summaries)
    return Agreements(waiting, is_any)
