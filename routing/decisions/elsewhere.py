"""Numbers whose calls do not ring the line of their site, for who changes that."""

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from numbers.models import GeographicNumber, Site
from routing import engine
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import told
from routing.engine.walk import OWN_LINE
from routing.engine.world import SITE


def calls_elsewhere(
    numbers: Iterable[GeographicNumber], site: Site, now: dt.datetime
) -> dict[int, str]:
    """Return by key where calls of numbers go, if not to the line of ``site``.

    The site is theirs, or is to be. As if those were resumed that are suspended; of
    one that begins later, on its first day.
    """
    asked = list(numbers)
    if not asked:
        return {}
    customer = CustomerRouting(site.tenant, now, among=asked)
    found = ((number.pk, _elsewhere(number, site, customer)) for number in asked)
    return {key: where for key, where in found if where is not None}


def _elsewhere(
    number: GeographicNumber, site: Site, customer: CustomerRouting
) -> str | None:
    at = customer.as_of_service(number)
    rules = {**at.rules(number), "suspended": False}
    in_charge = engine.in_charge(rules, at.now.timestamp())
    if in_charge == "document" and at is not customer:
        # What it does at the first midnight says nothing of the day.
        return _("Its plan decides.")
    where = told(rules, partial(_resumed, number, at), at.now, at.names)
    rings = where.destination in (OWN_LINE, f"{SITE}{site.slug}")
    return None if rings else where.sentence


def _resumed(number: GeographicNumber, customer: CustomerRouting) -> dict[str, Any]:
    world = customer.nearby(number)
    return {**world, "number": {**world["number"], "suspended": False}}
