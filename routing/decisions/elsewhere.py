"""Numbers whose calls do not ring the line of their site, for who changes that."""

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from numbers.models import GeographicNumber, Site
from numbers.services.elsewhere import Elsewhere
from routing import decisions, engine
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import told
from routing.engine.walk import OWN_LINE
from routing.engine.world import SITE

Json = dict[str, Any]


def calls_elsewhere(
    numbers: Iterable[GeographicNumber], site: Site, line: str, now: dt.datetime
) -> dict[int, Elsewhere]:
    """Return by key where calls of numbers go, if not to the line of ``site``.

    The site is theirs, or is to be; so is its ``line``, empty where it has none. As if
    those were resumed that are suspended; of one that begins later, on its first day.
    """
    asked = list(numbers)
    if not asked:
        return {}
    customer = CustomerRouting(site.tenant, now, among=asked)
    found = ((number.pk, _elsewhere(number, site, line, customer)) for number in asked)
    return {key: where for key, where in found if where is not None}


def _elsewhere(
    number: GeographicNumber, site: Site, line: str, customer: CustomerRouting
) -> Elsewhere | None:
    at = customer.as_of_service(number)
    rules = {**at.rules(number), "suspended": False}
    is_planned = engine.in_charge(rules, at.now.timestamp()) == "document"
    # What a plan does at the first midnight says nothing of the day.
    is_later = is_planned and at is not customer
    where = told(rules, partial(_resumed, number, at), at.now, at.names)
    if not is_later and where.destination in (OWN_LINE, f"{SITE}{site.slug}"):
        return None
    can_ring = _can_ring(_resumed(number, at), site, line, at.now)
    if is_planned and (is_later or can_ring):
        return Elsewhere(_("The plan decides."), can_ring)
    return Elsewhere(where.sentence, can_ring)


def _resumed(number: GeographicNumber, customer: CustomerRouting) -> Json:
    world = customer.nearby(number)
    return {**world, "number": {**world["number"], "suspended": False}}


def _can_ring(world: Json, site: Site, line: str, now: dt.datetime) -> bool:
    """Tell whether calls can come to the line once it is the site's, named or not."""
    called = world["number"]["e164"]
    slug = site.slug if line else None
    sites = {**world["sites"], site.slug: line}
    if slug is None:
        del sites[site.slug]
    changed = {**world, "sites": sites, "number": {**world["number"], "site": slug}}
    homes = {e164: plan["site"] for e164, plan in world["numbers"].items()}
    homes[called] = slug
    rung = {
        # The own line of a number whose site has none is its own number.
        target[1] or sites.get(homes[e164], e164)
        for e164, target in decisions.phones(changed, now)
    }
    return (line or called) in rung
