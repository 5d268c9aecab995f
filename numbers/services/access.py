"""Which sites and numbers a member sees."""

import datetime as dt
import hashlib
from collections.abc import Iterable

from django.db import transaction

from numbers.models import GeographicNumber, NumberAccess, Site
from tenants.audit.record import record
from tenants.models import Member
from tenants.services import ended_offers, ended_tokens
from tenants.services.members import lock_team, must_administer


class AccessChanged(Exception):
    """Somebody else changed the member's access meanwhile; it is as it is now."""


class AdministratorSeesAll(Exception):
    """Who runs the team sees every number."""


def access_of(member: Member) -> tuple[set[int], set[int]]:
    """Return the ids of the sites and of the numbers granted to a member."""
    granted = NumberAccess.objects.for_tenant(member.tenant).filter(member=member)
    pairs = list(granted.values_list("site_id", "number_id"))
    return {s for s, _n in pairs if s}, {n for _s, n in pairs if n}


def fingerprint(member: Member) -> str:
    """Return a short text that changes with what the member may see."""
    sites, numbers = access_of(member)
    state = (member.sees_all_numbers, sorted(sites), sorted(numbers))
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def is_wider(
    member: Member,
    sees_all: bool,
    sites: Iterable[Site],
    numbers: Iterable[GeographicNumber],
) -> bool:
    """Would the member see anything they do not see now?"""
    if member.sees_all_numbers:
        return False
    old_sites, old_numbers = access_of(member)
    new_sites, new_numbers = {s.pk for s in sites}, {n.pk for n in numbers}
    return sees_all or not (new_sites <= old_sites and new_numbers <= old_numbers)


@transaction.atomic
def set_access(
    *,
    member: Member,
    by: Member,
    sees_all: bool,
    sites: Iterable[Site],
    numbers: Iterable[GeographicNumber],
    expected: str,
    now: dt.datetime,
) -> Member:
    """Show a member all numbers, or only these sites and numbers.

    ``expected`` is the ``fingerprint`` that was decided on: ``AccessChanged`` when
    it is another by now. ``AdministratorSeesAll``, ``NoLongerAble``. A choice of
    nothing hides all.
    """
    current, admins = lock_team(member)
    if current.may_manage_team and not sees_all:
        raise AdministratorSeesAll(current)
    if fingerprint(current) != expected:
        raise AccessChanged(current)
    must_administer(by, current, admins)
    chosen_sites, chosen = ([], []) if sees_all else (list(sites), list(numbers))
    before = _in_words(current)
    _replace_grants(current, chosen_sites, chosen)
    current.sees_all_numbers = sees_all
    current.save(update_fields=["sees_all_numbers"])
    _withdraw_older_offers(current, by, now)
    record(
        actor=by,
        action="member.access_changed",
        target=current,
        at=now,
        detail={"before": before, "after": _in_words(current)},
    )
    return current


def _withdraw_older_offers(member: Member, by: Member, now: dt.datetime) -> None:
    """An invitation of before may show more."""
    ended_offers.withdraw(
        member.tenant,
        ended_offers.made_to(member.user.email),
        by=by,
        reason=ended_tokens.ACCESS_ENDED,
        now=now,
    )


def _replace_grants(
    member: Member, sites: list[Site], numbers: list[GeographicNumber]
) -> None:
    NumberAccess.objects.for_tenant(member.tenant).filter(member=member).delete()
    NumberAccess.objects.bulk_create(
        [
            *(_grant(member, site=site) for site in sites),
            *(_grant(member, number=number) for number in numbers),
        ]
    )


def _in_words(member: Member) -> dict[str, object]:
    """What the member may see, as the trail tells it."""
    granted = NumberAccess.objects.for_tenant(member.tenant).filter(member=member)
    pairs = list(granted.values_list("site__slug", "number__e164"))
    return {
        "all": member.sees_all_numbers,
        "sites": sorted(slug for slug, _e164 in pairs if slug),
        "numbers": sorted(e164 for _slug, e164 in pairs if e164),
    }


def _grant(member: Member, **shown: Site | GeographicNumber) -> NumberAccess:
    return NumberAccess(tenant=member.tenant, member=member, **shown)
