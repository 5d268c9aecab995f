"""What ends with a person's access, password or address, and stays ended
(docs/adr/0030): sessions, API tokens, the invitations they sent and those to them.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F

from tenants.audit.record import Actor, hold_chain, record
from tenants.models import Member, Tenant, User
from tenants.services import authors, ended_offers, ended_tokens, person_events
from vms_portal.kernel.data import row_security

LAST_GENERATION = 2_000_000_000


@transaction.atomic
def hold_all(*, user: User, old_address: str = "") -> None:
    """Lock all that hangs on a person's access, and then the trails that tell of it.

    Of every customer, in one order, before the first event of an act that ends any of
    it (docs/lock-order.md). The person is locked by then.
    """
    which = ended_offers.of_person(user, old_address)
    tenants = []
    for tenant, _works_here in ended_offers.customers(user, which):
        _hold(tenant, user)
        tenants.append(tenant)
    for tenant in tenants:
        with row_security.tenant_scope(tenant.pk):
            hold_chain(tenant)


@transaction.atomic
def hold_of_member(member: Member) -> None:
    """The same of one customer, whose trail is held with the first event."""
    authors.take_turns(member.user_id)
    _hold(member.tenant, member.user)


def _hold(tenant: Tenant, user: User) -> None:
    ended_offers.hold(tenant)
    ended_tokens.hold(tenant, user)


@transaction.atomic
def end_all(
    *, user: User, by: User, reason: str, now: dt.datetime, old_address: str = ""
) -> None:
    """End whatever a person could come back with, whichever customer's.

    Both when access is taken away and when it is given back: what was made beside
    the first, by a request that had begun before, ends with the second.
    """
    # First: it locks the person, whom whoever makes something locks as well.
    _next_generation(user)
    hold_all(user=user, old_address=old_address)
    ended_offers.withdraw_all(
        user=user, by=by, reason=reason, now=now, old_address=old_address
    )
    ended_tokens.withdraw_all(user=user, by=by, reason=reason, now=now)
    _record(user, by, reason, now)


@transaction.atomic
def end_of_member(*, member: Member, by: Actor, now: dt.datetime) -> None:
    """End what a member could come back with to their customer, but for sessions.

    Invitations to them as well: one that was made before an administrator chose
    otherwise would undo the choice.
    """
    hold_of_member(member)
    ended_offers.withdraw(
        member.tenant,
        ended_offers.sent_by(member.user) | ended_offers.made_to(member.user.email),
        by=by,
        reason=ended_tokens.ACCESS_ENDED,
        now=now,
    )
    ended_tokens.withdraw_of(member=member, by=by, now=now)


@transaction.atomic
def end_sessions(*, user: User, by: User, reason: str, now: dt.datetime) -> None:
    """End a person's sessions, and the sign-ins that are on their way."""
    _next_generation(user)
    _record(user, by, reason, now)


def _record(user: User, by: User, reason: str, now: dt.datetime) -> None:
    person_events.record(
        user=user,
        by=by,
        action="person.sessions_ended",
        at=now,
        detail={"reason": reason},
    )


@transaction.atomic
def end_sessions_of(*, member: Member, by: Actor, now: dt.datetime) -> None:
    """The same for one customer; another reads nothing of who did it, and why."""
    _next_generation(member.user)
    record(
        actor=by,
        action="person.sessions_ended",
        target=member.user,
        at=now,
        tenant=member.tenant,
        detail={"reason": ended_tokens.ACCESS_ENDED},
    )


def works_somewhere(user: User) -> bool:
    """Does the person have access to any customer?"""
    with row_security.person_scope(user.pk):
        able = Member.objects.filter(is_active=True, tenant__is_active=True)
        return able.filter(user=user).exists()


def _next_generation(user: User) -> None:
    """Counted where it is kept: of two at once neither is lost."""
    with row_security.person_scope(user.pk):
        mine = User.objects.filter(pk=user.pk)
        # A count that somebody wrote at its end begins anew, and ends no act.
        mine.update(session_generation=F("session_generation") % LAST_GENERATION + 1)
