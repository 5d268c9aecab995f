"""Codes of prices in words, for templates."""

from decimal import Decimal

from django import template
from django.utils import timezone

from billing.models import Invoice
from billing.wording import code_words, line_description, problem_words
from contracts.models import Contract
from tenants.vat import spaced_vat
from tenants.words.countries import country_name
from vms_portal.kernel.local_time import local_date

register = template.Library()
register.filter("code_words", code_words)
register.filter("problem_words", problem_words)
register.filter("country_name", country_name)
register.filter("spaced_vat", spaced_vat)
register.filter("line_words", line_description)


@register.filter
def state_words(contract: Contract) -> str:
    """The state of a contract today; one that is to end is told with its day."""
    return contract.state_words(local_date(timezone.now()))


@register.filter
def of_customer(amounts: dict[int, Decimal], key: int) -> Decimal | None:
    """One customer's amount; None where there is none."""
    return amounts.get(key)


@register.filter
def signed(amount: Decimal, invoice: Invoice) -> Decimal:
    """An amount of a document as the customer's account has it."""
    return invoice.sign * amount
