"""Where the calls of listed numbers go, for pages of apps that know no routing."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import WhereNow, where_now_many

register = template.Library()


@register.simple_tag(takes_context=True)
def with_states(
    context: Context, rows: Sequence[Any]
) -> list[tuple[Any, WhereNow | None]]:
    """Pair each row with the state of its ``number``; None where the row has one."""
    numbers = [row.number for row in rows if row.state is None]
    if not numbers:
        return [(row, None) for row in rows]
    # The list has read the options of those in service (numbers/selectors.py).
    options = {number.pk: number.option for number in numbers}
    tenant = context["request"].member.tenant
    customer = CustomerRouting(tenant, timezone.now(), options=options)
    states = where_now_many(numbers, customer)
    return [(row, states.get(row.number.pk)) for row in rows]
