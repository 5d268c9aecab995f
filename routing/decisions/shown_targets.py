"""Whom a member may send calls to inside the customer: what the member is shown."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from numbers.models import GeographicNumber, Line, Site
from numbers.selectors import by_digits
from routing.models import Redirection
from tenants.models import Member
from vms_portal.kernel.local_time import local_date


def hidden_among(
    destinations: Iterable[str],
    member: Member,
    numbers: Iterable[GeographicNumber],
    day: dt.date | None = None,
) -> list[str]:
    """Return the sites, lines and numbers of the customer the member does not see.

    What a colleague prepared for all of ``numbers`` is shown with them. ``day`` is
    today unless it is given: digits mean the number in service then, else the next.
    One that ended shows nothing of a line that has its digits now.
    """
    if member.sees_all_numbers:
        return []
    named = set(destinations).difference(_prepared_for(numbers))
    sites = Site.objects.visible_to(member)
    shown = {f"site:{slug}" for slug in sites.values_list("slug", flat=True)}
    places = {item for item in named if item.startswith("site:")}
    today = day or local_date(timezone.now())
    return sorted((places - shown) | _hidden_digits(named, member, today))


def _hidden_digits(named: set[str], member: Member, day: dt.date) -> set[str]:
    lines = Line.objects.for_tenant(member.tenant).filter(e164__in=named)
    there = lines.filter(site__in=Site.objects.visible_to(member))
    shown = set(there.values_list("e164", flat=True))
    hidden = set(lines.values_list("e164", flat=True)) - shown
    mine = GeographicNumber.objects.for_tenant(member.tenant).filter(e164__in=named)
    seen = set(GeographicNumber.objects.visible_to(member).filter(pk__in=mine))
    for e164, number in by_digits(mine, day).items():
        if number.has_ended_by(day) and e164 in shown | hidden:
            continue
        if number in seen:
            hidden.discard(e164)
        elif e164 not in shown:
            hidden.add(e164)
    return hidden


def _prepared_for(numbers: Iterable[GeographicNumber]) -> set[str]:
    each = []
    for number in numbers:
        rows = Redirection.objects.for_tenant(number.tenant).filter(number=number)
        pairs = rows.values_list("destination", "backup")
        each.append({item for pair in pairs for item in pair})
    return set.intersection(*each) if each else set()
