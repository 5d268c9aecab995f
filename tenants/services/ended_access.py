"""What ends with a person's access, password or address, and stays ended
(docs/adr/0034): sessions, API tokens and the invitations they sent.
"""

import datetime as dt
from collections.abc import Iterator

from django.db import models, transaction
from django.db.models import F

from tenants import audit
from tenants.models import Invitation, Member, Tenant, User
from tenants.services import ended_tokens, person_events
from vms_portal.kernel import scoping


@transaction.atomic
def end_all(*, user: User, by: User, reason: str, now: dt.datetime) -> None:
    """End whatever a person could come back with, whichever customer's.

    Both when access is taken away and when it is given back: what was made beside
    the first, by a request that had begun before, ends with the second.
    """
    # First: it locks the person, whom whoever makes something locks as well.
    _next_generation(user)
    ended_tokens.withdraw_all(user=user, by=by, reason=reason, now=now)
    withdraw_offers(user=user, by=by, reason=reason, now=now)
    _record(user, by, reason, now)


@transaction.atomic
def end_of_member(*, member: Member, by: audit.Actor, now: dt.datetime) -> None:
    """End what a member could come back with to their customer, but for sessions."""
    ended_tokens.withdraw_of(member=member, by=by, now=now)
    withdraw_offers_to(
        member.tenant, user=member.user, by=by,
        reason=ended_tokens.ACCESS_ENDED, now=now,
    )  # fmt: skip


@transaction.atomic
def end_sessions(*, user: User, by: User, reason: str, now: dt.datetime) -> None:
    """End a person's sessions, and the sign-ins that are on their way."""
    _next_generation(user)
    _record(user, by, reason, now)


def _record(user: User, by: User, reason: str, now: dt.datetime) -> None:
    person_events.record(
        user=user, by=by, action="person.sessions_ended", at=now,
        detail={"reason": reason},
    )  # fmt: skip


@transaction.atomic
def end_sessions_of(*, member: Member, by: audit.Actor, now: dt.datetime) -> None:
    """The same for one customer; another reads nothing of who did it, and why."""
    _next_generation(member.user)
    audit.record(
        actor=by, action="person.sessions_ended", target=member.user, at=now,
        tenant=member.tenant, detail={"reason": ended_tokens.ACCESS_ENDED},
    )  # fmt: skip


def works_somewhere(user: User) -> bool:
    """Does the person have access to any customer?"""
    with scoping.person_scope(user.pk):
        able = Member.objects.filter(is_active=True, tenant__is_active=True)
        return able.filter(user=user).exists()


def live_offers(*, user: User, now: dt.datetime) -> list[Invitation]:
    """Return the open invitations a person sent, to whichever customer."""
    return [
        offer
        for tenant in _customers(user)
        for offer in _open(tenant, user).filter(expires_at__gt=now)
    ]


@transaction.atomic
def withdraw_offers(
    *, user: User, by: audit.Actor, reason: str, now: dt.datetime
) -> None:
    """Withdraw the invitations a person sent, to whichever customer."""
    for tenant in _customers(user):
        withdraw_offers_to(tenant, user=user, by=by, reason=reason, now=now)


@transaction.atomic
def withdraw_offers_to(
    tenant: Tenant, *, user: User, by: audit.Actor, reason: str, now: dt.datetime
) -> None:
    """Withdraw those to one customer: nobody is left who stands for them."""
    for offer in _open(tenant, user).select_for_update():
        offer.revoked_at = now
        offer.save(update_fields=["revoked_at"])
        audit.record(
            actor=by, action="invitation.revoked", target=offer, at=now,
            detail={"reason": reason},
        )  # fmt: skip


def _next_generation(user: User) -> None:
    """Counted where it is kept: of two at once neither is lost."""
    with scoping.person_scope(user.pk):
        mine = User.objects.filter(pk=user.pk)
        mine.update(session_generation=F("session_generation") + 1)


def _open(tenant: Tenant, user: User) -> models.QuerySet[Invitation]:
    offers = Invitation.objects.for_tenant(tenant).order_by("pk")
    return offers.filter(invited_by=user, accepted_at=None, revoked_at=None)


def _customers(user: User) -> Iterator[Tenant]:
    """Each customer the person works for or invited to, in one order, as its scope.

    Staff work for none; only the back office sees whom they invited to.
    """
    with scoping.person_scope(user.pk):
        works_for = Member.objects.filter(user=user).values("tenant")
        invited_to = Invitation.objects.filter(invited_by=user).values("tenant")
        tenants = Tenant.objects.filter(
            models.Q(pk__in=works_for) | models.Q(pk__in=invited_to)
        )
        for tenant in list(tenants.order_by("pk")):
            with scoping.tenant_scope(tenant.pk):
                yield tenant
