"""Whom a member may send calls to inside the customer: what the member is shown."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from numbers.models import GeographicNumber, Line, Site
from routing.models import Redirection
from tenants.models import Member
from tenants.models.owned import TenantQuerySet
from vms_portal.kernel.local_time import local_date


def hidden_among(
    destinations: Iterable[str],
    member: Member,
    numbers: Iterable[GeographicNumber],
    day: dt.date | None = None,
) -> list[str]:
    """Return the sites, lines and numbers of the customer the member does not see.

    What a colleague prepared for all of ``numbers`` is shown with them. ``day`` is
    today unless it is given: a number that ended shows nothing of one that has its
    digits now, or will have.
    """
    if member.sees_all_numbers:
        return []
    named = set(destinations).difference(_prepared_for(numbers))
    sites = Site.objects.visible_to(member)
    shown = {f"site:{slug}" for slug in sites.values_list("slug", flat=True)}
    lines = Line.objects.for_tenant(member.tenant)
    seen = _e164(lines.filter(site__in=sites), named)
    seen |= _e164(GeographicNumber.objects.visible_to(member), named)
    hidden = _e164(lines, named) - seen
    hidden |= _hidden_numbers(named, member, day or local_date(timezone.now()))
    places = {item for item in named if item.startswith("site:")}
    return sorted((places - shown) | hidden)


def _hidden_numbers(named: set[str], member: Member, day: dt.date) -> set[str]:
    """Return the digits of numbers not shown; those that ended count when all did."""
    owned = GeographicNumber.objects.for_tenant(member.tenant)
    going_on = owned.exclude(released_on__lt=day)
    seen = GeographicNumber.objects.visible_to(member)
    hidden = _e164(going_on.exclude(pk__in=seen), named)
    ended = _e164(owned, named) - _e164(going_on, named)
    return hidden | (ended - _e164(seen, named))


def _prepared_for(numbers: Iterable[GeographicNumber]) -> set[str]:
    each = []
    for number in numbers:
        rows = Redirection.objects.for_tenant(number.tenant).filter(number=number)
        pairs = rows.values_list("destination", "backup")
        each.append({item for pair in pairs for item in pair})
    return set.intersection(*each) if each else set()


def _e164(rows: TenantQuerySet, named: set[str]) -> set[str]:
    return set(rows.filter(e164__in=named).values_list("e164", flat=True))
