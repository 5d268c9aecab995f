"""What a contract needs before its customer is asked to agree with it."""

import datetime as dt
from enum import StrEnum

from billing.selectors.summary import price_list_of, summary_content
from contracts.models import Contract
from tenants.services.invitation_rights import administrators


class Missing(StrEnum):
    """What keeps a contract from its summary and from its start."""

    NUMBERS = "numbers"
    QUOTATION = "quotation"
    OPTION_PRICE = "option_price"
    RECIPIENT = "recipient"


class Incomplete(Exception):
    """The contract cannot be told, or has nobody to be told to; see ``missing``."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def missing_of(contract: Contract, today: dt.date) -> list[Missing]:
    """Return what the contract lacks, in the order in which it is seen to.

    ``NoPriceListYet`` when no list is in force on the day of subscription.
    """
    content = summary_content(contract, price_list_of(contract), today)
    subscription, *others = content["monthly"]
    lacks = {
        Missing.NUMBERS: not content["numbers"],
        Missing.QUOTATION: subscription[1] is None,
        Missing.OPTION_PRICE: any(price is None for _label, price in others),
        Missing.RECIPIENT: not administrators(contract.tenant).exists(),
    }
    return [what for what, is_missing in lacks.items() if is_missing]


def require_complete(contract: Contract, today: dt.date) -> None:
    """Raise ``Incomplete`` unless everything is there."""
    missing = missing_of(contract, today)
    if missing:
        raise Incomplete(missing)
