"""Where the calls of listed numbers go, for pages of apps that know no routing."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from routing.selectors import visible_numbers
from routing.where_now import WhereNow, where_now_many
from routing.world import CustomerWorld

register = template.Library()


@register.simple_tag(takes_context=True)
def with_states(
    context: Context, rows: Sequence[Any]
) -> list[tuple[Any, WhereNow | None]]:
    """Pair each row with the state of its ``number``; None where the row has one."""
    asked = [row.number.pk for row in rows if row.state is None]
    if not asked:
        return [(row, None) for row in rows]
    member = context["request"].member
    numbers = list(visible_numbers(member).filter(pk__in=asked))
    customer = CustomerWorld(member.tenant, timezone.now())
    states = where_now_many(numbers, customer)
    return [(row, states.get(row.number.pk)) for row in rows]
