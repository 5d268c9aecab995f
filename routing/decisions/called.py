"""Which numbers send calls to a destination, and which only have it prepared."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from numbers.models import GeographicNumber, Line
from routing import engine
from routing.models import CompiledPlan, Override, PlanVersion, Redirection
from routing.plan.draft import Draft
from tenants.models import Tenant
from vms_portal.kernel.local_time import local_date


def numbers_calling(
    tenant: Tenant, destinations: Sequence[str], now: dt.datetime
) -> list[int]:
    """Return the keys of the numbers whose calls may go to one of ``destinations``."""
    return [key for key, _called in _calling(tenant, destinations, now)]


def not_called(
    tenant: Tenant, destinations: Sequence[str], now: dt.datetime
) -> list[str]:
    """Return those of ``destinations`` that no call of the customer can come to now."""
    left = set(destinations)
    for _key, called in _calling(tenant, destinations, now):
        left -= called
        if not left:
            break
    return [destination for destination in destinations if destination in left]


def _calling(
    tenant: Tenant, destinations: Sequence[str], now: dt.datetime
) -> Iterator[tuple[int, set[str]]]:
    """Yield numbers with those of ``destinations`` that their calls can come to.

    What is served names digits that are not called as well, as those of callers; and
    not those of an own line. Where somebody chose the line of a number's site for it,
    that is what its own line rings; other numbers of the site rang it before.
    """
    own_lines = _own_lines(tenant, destinations, now)
    plans = CompiledPlan.objects.for_tenant(tenant)
    of_lines = plans.filter(number__e164__in=own_lines)
    naming = _in_text(plans, "body", destinations)
    parts = ("number", "safety", "numbers", "compiled_at")
    rows = (naming | of_lines).values_list(
        "number_id", *(f"body__{part}" for part in parts)
    )
    for key, *body in rows.iterator():
        plan = dict(zip(parts, body, strict=True))
        # The clock of who compiled it may be ahead: a diversion begins at once.
        instant = max(now.timestamp(), plan["compiled_at"])
        called = engine.sent_to(plan, instant).intersection(destinations)
        phones = engine.phones(plan, instant)
        rung = {number for number, target in phones if target[1] is None}
        called |= {own_lines[number] for number in rung & own_lines.keys()}
        if called:
            yield key, called


def _own_lines(
    tenant: Tenant, destinations: Sequence[str], now: dt.datetime
) -> dict[str, str]:
    """Return by their digits numbers that name their own line among destinations."""
    lines = Line.objects.for_tenant(tenant).filter(is_main=True)
    sites = dict(lines.filter(e164__in=destinations).values_list("site", "e164"))
    naming = numbers_naming(tenant, destinations) if sites else []
    mine = GeographicNumber.objects.for_tenant(tenant).filter(
        site__in=sites, pk__in=naming
    )
    served = mine.in_service_on(local_date(now)).values_list("e164", "site")
    return {e164: sites[site] for e164, site in served}


def numbers_naming(tenant: Tenant, destinations: Sequence[str]) -> list[int]:
    """Return the keys of the numbers that have one of ``destinations`` prepared.

    Diverted there, by a redirection that is on or off, or by their live plan.
    """
    lines = Line.objects.for_tenant(tenant).filter(e164__in=destinations)
    slugs = lines.filter(is_main=True).values_list("site__slug", flat=True)
    named = [*destinations, *(f"site:{slug}" for slug in slugs)]
    written = Q(destination__in=named) | Q(backup__in=named)
    redirections = Redirection.objects.for_tenant(tenant).filter(written)
    diverted = Override.objects.for_tenant(tenant).filter(
        destination__in=named, ended_at=None
    )
    live = PlanVersion.objects.for_tenant(tenant).filter(state=PlanVersion.State.LIVE)
    documents = _in_text(live, "document", named).values_list("number_id", "document")
    keys = {
        key
        for key, document in documents.iterator()
        if not set(named).isdisjoint(Draft.read(document).destinations)
    }
    keys.update(redirections.values_list("number_id", flat=True))
    keys.update(diverted.values_list("number_id", flat=True))
    return sorted(keys)


def _in_text(
    rows: QuerySet[Any], column: str, destinations: Sequence[str]
) -> QuerySet[Any]:
    """Keep the rows whose JSON names one; a mailbox is known without its capitals."""
    named = Q()
    for destination in destinations:
        written = json.dumps(destination, ensure_ascii=False)
        named |= Q(text__icontains=written)
    return rows.alias(text=Cast(column, TextField())).filter(named)
