"""Codes of prices in words, for templates."""

from decimal import Decimal

from django import template

from billing.models import Invoice
from billing.wording import code_words
from tenants.countries import country_name
from tenants.vat import spaced_vat

register = template.Library()
register.filter("code_words", code_words)
register.filter("country_name", country_name)
register.filter("spaced_vat", spaced_vat)


@register.filter
def signed(amount: Decimal, invoice: Invoice) -> Decimal:
    """An amount of a document as the customer's account has it."""
    return invoice.sign * amount
