"""What a customer's people may change about a site."""

import hashlib

from django.db import transaction

from numbers.models import Site
from tenants.audit.record import record
from tenants.models import Member
from tenants.services.authors import as_now
from vms_portal.kernel.text import clean_text

FIELDS = ("name", "street", "postal_code", "city")


class SiteChanged(Exception):
    """Somebody else corrected the site since it was read."""


class EmptyName(Exception):
    """A site needs a name that can be seen."""


def fingerprint(site: Site) -> str:
    """Return a short text that changes with name and address."""
    state = repr([getattr(site, field) for field in FIELDS])
    return hashlib.sha256(state.encode()).hexdigest()[:16]


@transaction.atomic
def update_site(
    *,
    site: Site,
    name: str,
    street: str,
    postal_code: str,
    city: str,
    member: Member,
    expected: str = "",
) -> Site:
    """Correct name and address of a site.

    The short name stays: routing plans refer to it. ``expected`` is the
    ``fingerprint`` that was read: ``SiteChanged`` when it is another by now.
    ``EmptyName``.
    """
    current = Site.objects.select_for_update().get(pk=site.pk)
    member = as_now(member)
    if expected and fingerprint(current) != expected:
        raise SiteChanged(current)
    given = (name, street, postal_code, city)
    values = dict(zip(FIELDS, map(clean_text, given), strict=True))
    if not values["name"]:
        raise EmptyName
    if changes := _differences(current, values):
        for field in changes:
            setattr(current, field, values[field])
        current.save(update_fields=list(changes))
        record(actor=member, action="site.changed", target=current, detail=changes)
    return current


def _differences(site: Site, values: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return before and after of each field that has another value."""
    return {
        field: {"before": getattr(site, field), "after": value}
        for field, value in values.items()
        if getattr(site, field) != value
    }
