"""Which sites ring otherwise once lines are chosen, as compiling decides it."""

import datetime as dt
from collections.abc import Iterable, Sequence

from numbers.models import Line
from numbers.services.ended_digits import DIGITS, RULES
from numbers.services.lines import LineChange
from tenants.models import Tenant


def hold_lines(e164s: Iterable[str], tenant: Tenant) -> None:
    """Let choices of the same digits take turns: each bears on the others' sites."""
    lines = Line.objects.for_tenant(tenant).filter(e164__in=set(e164s), is_main=True)
    list(lines.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def others_with_them(changes: Sequence[LineChange], today: dt.date) -> list[LineChange]:
    """Return other sites of one customer that ring again, or not any more, with these.

    Digits of a number that ended are chosen for all sites that have them. To be asked
    before it is stored that the lines were chosen.
    """
    if not changes:
        return []
    tenant, rule = changes[0].site.tenant, RULES[DIGITS]
    chosen = {change.site.pk: change.after for change in changes if change.is_chosen}
    skipped = rule(tenant, today)
    turned = skipped ^ rule(tenant, today, chosen=chosen)
    if not turned:
        return []
    lines = Line.objects.for_tenant(tenant).filter(e164__in=turned, is_main=True)
    others = lines.exclude(site__in=[change.site.pk for change in changes])
    return [
        LineChange(
            line.site,
            line.e164,
            line.e164,
            is_chosen=line.e164 in skipped,
            rings=line.e164 in skipped,
        )
        for line in others.select_related("site").order_by("site__name", "site")
    ]
