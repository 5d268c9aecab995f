"""Whom a member may send calls to inside the customer: what the member is shown."""

from collections.abc import Iterable

from numbers.models import GeographicNumber, Line, Site
from routing.models import Redirection
from tenants.models import Member
from tenants.models.owned import TenantQuerySet


def hidden_among(
    destinations: Iterable[str], member: Member, numbers: Iterable[GeographicNumber]
) -> list[str]:
    """Return the sites, lines and numbers of the customer the member does not see.

    What a colleague prepared for all of ``numbers`` is shown with them.
    """
    if member.sees_all_numbers:
        return []
    named = set(destinations).difference(_prepared_for(numbers))
    sites = Site.objects.visible_to(member)
    shown = {f"site:{slug}" for slug in sites.values_list("slug", flat=True)}
    owned = GeographicNumber.objects.for_tenant(member.tenant)
    lines = Line.objects.for_tenant(member.tenant)
    own = {*_e164(owned, named), *_e164(lines, named)}
    seen = {
        *_e164(GeographicNumber.objects.visible_to(member), named),
        *_e164(lines.filter(site__in=sites), named),
    }
    places = {item for item in named if item.startswith("site:")}
    return sorted((places - shown) | (own - seen))


def _prepared_for(numbers: Iterable[GeographicNumber]) -> set[str]:
    each = []
    for number in numbers:
        rows = Redirection.objects.for_tenant(number.tenant).filter(number=number)
        pairs = rows.values_list("destination", "backup")
        each.append({item for pair in pairs for item in pair})
    return set.intersection(*each) if each else set()


def _e164(rows: TenantQuerySet, named: set[str]) -> Iterable[str]:
    shown: Iterable[str] = rows.filter(e164__in=named).values_list("e164", flat=True)
    return shown
