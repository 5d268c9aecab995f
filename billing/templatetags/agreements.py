"""What waits for the customer's agreement, for the start page."""

from django import template

from billing.selectors.agreements import Agreements, agreements_of
from tenants.models import Member

register = template.Library()


@register.simple_tag
def agreements(member: Member) -> Agreements | None:
    """Return what waits; None for who sees no contracts."""
    return agreements_of(member) if member.may_see_billing else None
