"""Where the calls of listed numbers go, for pages of apps that know no routing."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import WhereNow, where_now_many
from vms_portal.kernel.templatetags.look import chip

register = template.Library()


@register.simple_tag(takes_context=True)
def with_states(context: Context, rows: Sequence[Any]) -> list[tuple[Any, SafeString]]:
    """Pair each row with the chip of its state, or of that of its ``number``."""
    # The list has read the options of those in service (numbers/selectors.py).
    options = {row.number.pk: row.number.option for row in rows if row.state is None}
    tenant = context["request"].member.tenant
    numbers = [row.number for row in rows if row.number.pk in options]
    now = timezone.now()
    customer = CustomerRouting(tenant, now, among=numbers, options=options)
    states = where_now_many(numbers, customer)
    return [(row, _chip(row, states.get(row.number.pk))) for row in rows]


def _chip(row: Any, where: WhereNow | None) -> SafeString:
    if where is None:
        return chip(row.state, row.state_label)
    return chip(where.chip, where.chip_label)
