"""Open invitations end with the standing of who sent them, and of whom they are to
(docs/adr/0030).
"""

import datetime as dt
from collections.abc import Iterator

from django.db import models, transaction
from django.db.models import Q

from tenants.audit.record import Actor, record
from tenants.models import Invitation, Member, Tenant, User
from tenants.services import invitation_rights
from vms_portal.kernel.data import row_security

ADMINISTRATOR_JOINED = "administrator_joined"


def live_offers(*, user: User, now: dt.datetime) -> list[Invitation]:
    """Return the open invitations a person sent, to whichever customer."""
    return [
        offer
        for tenant, _works_here in customers(user, sent_by(user))
        for offer in _open(tenant, sent_by(user)).filter(expires_at__gt=now)
    ]


def sent_by(user: User) -> Q:
    return Q(invited_by=user)


def made_to(email: str) -> Q:
    return Q(email=email)


def of_person(user: User, old_address: str) -> Q:
    """Those a person sent, and those to an address that they had."""
    sent = sent_by(user)
    return sent | made_to(old_address) if old_address else sent


def hold(tenant: Tenant) -> None:
    """Lock the open invitations of a customer, whoever sent them."""
    list(_open(tenant, Q()).select_for_update())


@transaction.atomic
def withdraw_sent(*, user: User, by: Actor, reason: str, now: dt.datetime) -> None:
    """Withdraw the invitations a person sent, to whichever customer."""
    for tenant, _works_here in customers(user, sent_by(user)):
        withdraw(tenant, sent_by(user), by=by, reason=reason, now=now)


@transaction.atomic
def withdraw_all(
    *, user: User, by: User, reason: str, now: dt.datetime, old_address: str = ""
) -> None:
    """Withdraw those a person sent, and those to them.

    To an address they had, whichever customer made the offer: another person reads
    it by now. To the address they have, of the customers they work or worked for:
    others offer something new.
    """
    everywhere = of_person(user, old_address)
    for tenant, works_here in customers(user, everywhere):
        which = everywhere | made_to(user.email) if works_here else everywhere
        withdraw(tenant, which, by=by, reason=reason, now=now)
        if works_here and invitation_rights.has_administrator(tenant):
            withdraw_unbacked(tenant, by=by, now=now)


@transaction.atomic
def withdraw(
    tenant: Tenant, which: Q, *, by: Actor, reason: str, now: dt.datetime
) -> None:
    """Withdraw the open invitations of one customer that ``which`` says."""
    _end(list(_open(tenant, which).select_for_update()), by, reason, now)


@transaction.atomic
def withdraw_unbacked(tenant: Tenant, *, by: Actor, now: dt.datetime) -> None:
    """Withdraw what nobody might offer any more now that somebody administers.

    Sales find the first administrator only; an offer that was merely refused would
    open again when that one leaves.
    """
    offers = _open(tenant, Q()).select_for_update()
    ended = [offer for offer in offers if not invitation_rights.is_backed(offer)]
    _end(ended, by, ADMINISTRATOR_JOINED, now)


def _end(offers: list[Invitation], by: Actor, reason: str, now: dt.datetime) -> None:
    for offer in offers:
        offer.revoked_at = now
        offer.save(update_fields=["revoked_at"])
        record(
            actor=by,
            action="invitation.revoked",
            target=offer,
            at=now,
            detail={"reason": reason},
        )


def _open(tenant: Tenant, which: Q) -> models.QuerySet[Invitation]:
    offers = Invitation.objects.for_tenant(tenant).order_by("pk")
    return offers.filter(which, accepted_at=None, revoked_at=None)


def customers(user: User, which: Q) -> Iterator[tuple[Tenant, bool]]:
    """Each customer the person works or worked for (True) or that has such an offer.

    In one order, as its scope. Staff work for none; only the back office sees the
    offers of customers the person is no member of.
    """
    with row_security.person_scope(user.pk):
        mine = Member.objects.filter(user=user).values_list("tenant", flat=True)
        works_for = set(mine)
        offering = Invitation.objects.filter(which, accepted_at=None, revoked_at=None)
        tenants = Tenant.objects.filter(
            Q(pk__in=works_for) | Q(pk__in=offering.values("tenant"))
        )
        for tenant in list(tenants.order_by("pk")):
            with row_security.tenant_scope(tenant.pk):
                yield tenant, tenant.pk in works_for
