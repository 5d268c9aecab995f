"""What the steps of a contract say when something is missing or refused."""

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.rating.errors import UnlawfulDocument
from billing.selectors.readiness import Incomplete, Missing, missing_of
from billing.selectors.summary import NoPriceListYet
from billing.services import contracts
from contracts.models import Contract
from numbers.models import GeographicNumber
from numbers.services.inventory import NumbersToCome, NumberTaken
from vms_portal.kernel.data.open_months import (
    MonthClosed,
    before_first_text,
    closed_end_text,
    closed_text,
)
from vms_portal.kernel.formatting import day_words, display
from vms_portal.kernel.local_time import local_date

# So many numbers a sentence names.
NAMED = 5


def page_of(contract: Contract) -> str:
    return reverse("admin:contracts_contract_change", args=[contract.pk])


def missing_words(
    contract: Contract, missing: list[Missing] | None = None
) -> list[SafeString]:
    """Say what a contract lacks, each with the page where it is entered."""
    if missing is None:
        try:
            missing = missing_of(contract, local_date(timezone.now()))
        except NoPriceListYet:
            return [format_html("{}", _no_price_list())]
    return [_missing(what, contract) for what in missing]


def _missing(what: Missing, contract: Contract) -> SafeString:
    text, link, address = {
        Missing.NUMBERS: (
            _("The contract has no numbers."),
            _("Import numbers"),
            reverse("admin:numbers_geographicnumber_import")
            + f"?contract={contract.pk}",
        ),
        Missing.QUOTATION: (
            _("The price list does not cover that many numbers or channels."),
            _("Enter a quotation"),
            f"{page_of(contract)}#quote-group",
        ),
        Missing.OPTION_PRICE: (
            _("An ordered option has neither a list price nor a quoted one."),
            _("Open the orders"),
            reverse("admin:billing_order_changelist") + f"?contract={contract.pk}",
        ),
        Missing.RECIPIENT: (
            _("There is nobody to send it to: the customer has no administrator."),
            _("Invite an administrator"),
            reverse("admin:tenants_invitation_add") + f"?tenant={contract.tenant_id}",
        ),
    }[what]
    return format_html('{} <a href="{}">{}</a>', text, address, link)


def _to_come(numbers: list[GeographicNumber]) -> str:
    """Say which numbers are in the way of an end, and which ends are possible."""
    begins = [
        _("%(number)s on %(day)s")
        % {
            "number": display(number.e164),
            "day": day_words(number.activated_on),
        }
        for number in numbers[:NAMED]
    ]
    if len(numbers) > NAMED:
        rest = len(numbers) - NAMED
        begins.append(
            ngettext("%(count)d more", "%(count)d more", rest) % {"count": rest}
        )
    return _(
        "The contract cannot end on that day, because numbers of it begin later: "
        "%(numbers)s. Choose %(last)s or a later day: they then end with the contract."
    ) % {
        "numbers": ", ".join(begins),
        "last": day_words(numbers[-1].activated_on),
    }


def _no_price_list() -> str:
    return _("No price list is in force on the day of subscription.")


def why_not(error: Exception, contract: Contract, *, is_end: bool = False) -> str:
    """Return the sentence for what a service refused."""
    if isinstance(error, Incomplete):
        rows = ((row,) for row in missing_words(contract, error.missing))
        return format_html("{} {}", _("First:"), format_html_join(" ", "{}", rows))
    if isinstance(error, MonthClosed):
        return (closed_end_text if is_end else closed_text)(error.first)
    if isinstance(error, NumbersToCome):
        return _to_come(error.numbers)
    if isinstance(error, UnlawfulDocument):
        text = _("The customer's details come first: %(problem)s")
        return text % {"problem": error.message}
    return {
        NoPriceListYet: _no_price_list(),
        NumberTaken: _("A number of the contract has gone to another customer."),
        contracts.NotAgreed: _(
            "The newest summary is not agreed: the contract cannot start."
        ),
        contracts.Outdated: _(
            "Channels or prices changed since the agreement: draw up a new summary."
        ),
        contracts.BeforeBilling: before_first_text(),
        contracts.NotEnding: _("The contract has no end, or has ended already."),
    }.get(type(error), _("The contract is not in a state from which this is possible."))
