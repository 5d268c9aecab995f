"""Changing what a member may do."""

import datetime as dt

from django.db import transaction

from tenants.audit.record import record
from tenants.models import Member
from tenants.services import authors, ended_access, ended_offers, ended_tokens


class LastAdmin(Exception):
    """A customer keeps at least one administrator who can sign in."""


class NoLongerAdministrator(authors.NoLongerAble):
    """Who asks lost the right while the request waited for its turn."""


class RoleChanged(Exception):
    """Somebody else changed the member meanwhile; ``member`` is as it is now."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self.member = member


@transaction.atomic
def change_role(
    *, by: Member, member: Member, role: str, expected: str, now: dt.datetime
) -> Member:
    """Give a member another role, if it still has the role ``expected``.

    ``RoleChanged`` when it has not, ``LastAdmin`` when nobody else administers,
    ``NoLongerAble``.
    """
    current, admins = lock_team(member)
    if current.role != expected or not current.is_active:
        raise RoleChanged(current)
    if role == current.role:
        return current
    if role != Member.Role.ADMIN:
        _keep_one(admins, current)
    must_administer(by, current, admins)
    current.role = role
    detail: dict[str, object] = {"before": expected, "after": role}
    if current.may_manage_team and not current.sees_all_numbers:
        # Who runs the team sees every number.
        current.sees_all_numbers = detail["sees_all_numbers"] = True
    current.save(update_fields=["role", "sees_all_numbers"])
    _end_beyond_role(current, by, now)
    record(
        actor=by, action="member.role_changed", target=current, at=now, detail=detail
    )
    return current


def _end_beyond_role(member: Member, by: Member, now: dt.datetime) -> None:
    """Withdraw offers made to or by a member, and tokens, that the role undoes."""
    ended_access.hold_of_member(member)
    ended = ended_offers.made_to(member.user.email)
    if not member.may_manage_team:
        # An offer made by a person who may make none is no offer any more.
        ended |= ended_offers.sent_by(member.user)
    ended_offers.withdraw(
        member.tenant, ended, by=by, reason=ended_tokens.ROLE_CHANGED, now=now
    )
    ended_tokens.withdraw_beyond_role(member=member, by=by, now=now)


@transaction.atomic
def deactivate(*, by: Member, member: Member, now: dt.datetime) -> Member:
    """Take a member's access away for good: tokens, invitations, sessions.

    Sessions go on for who works for another customer, and see nothing of this one.

    ``RoleChanged`` when that has happened already, ``LastAdmin`` as above.
    """
    current, admins = lock_team(member)
    if not current.is_active:
        raise RoleChanged(current)
    _keep_one(admins, current)
    must_administer(by, current, admins)
    current.is_active = False
    current.save(update_fields=["is_active"])
    ended_access.end_of_member(member=current, by=by, now=now)
    if not ended_access.works_somewhere(current.user):
        ended_access.end_sessions_of(member=current, by=by, now=now)
    record(actor=by, action="member.deactivated", target=current, at=now)
    return current


@transaction.atomic
def reactivate(*, by: Member, member: Member, now: dt.datetime) -> Member:
    """Give a former member access again, in the role it had.

    Sessions that went on for another customer end: none is to serve this one again.
    """
    current, admins = lock_team(member)
    if current.is_active:
        raise RoleChanged(current)
    must_administer(by, current, admins)
    current.is_active = True
    current.save(update_fields=["is_active"])
    ended_access.end_of_member(member=current, by=by, now=now)
    ended_access.end_sessions_of(member=current, by=by, now=now)
    record(actor=by, action="member.reactivated", target=current, at=now)
    return current


def lock_team(member: Member) -> tuple[Member, list[Member]]:
    """Return the member as it is now, and the administrators who can sign in.

    All in one order: two administrators who remove each other take turns.
    """
    mine = Member.objects.for_tenant(member.tenant).select_for_update(of=("self",))
    admins = mine.filter(role=Member.Role.ADMIN, is_active=True, user__is_active=True)
    signing_in = list(admins.order_by("pk"))
    current = mine.select_related("user", "tenant").get(pk=member.pk)
    return current, signing_in


def must_administer(by: Member, current: Member, admins: list[Member]) -> None:
    """Raise ``NoLongerAble`` unless ``by`` is among those locked, as they were."""
    if by not in admins:
        raise NoLongerAdministrator(by)
    if by != current:
        authors.as_now(by)
        return
    # What somebody decides on themselves is no end of the act that decides it.
    authors.lock_member(by)
    by.is_held = True


def _keep_one(admins: list[Member], current: Member) -> None:
    if current in admins and len(admins) == 1:
        raise LastAdmin(current)
