"""Who may invite whom. Asked when an invitation is made, and when it is accepted."""

import datetime as dt

from django.conf import settings

from tenants.models import Invitation, Member, Tenant, User
from tenants.models.owned import TenantQuerySet
from tenants.selectors import StaffAuthor, staff_author

LIFE = dt.timedelta(days=7)
WINDOW = dt.timedelta(hours=1)
MOST_BY_PERSON, MOST_BY_CUSTOMER = 10, 20


class RightsTooWide(Exception):
    """The invitation would give more than its author may give."""


class ReasonNeeded(Exception):
    """The customer has administrators: who goes past them says why."""


class TooManyInvitations(Exception):
    """Enough for now; ``again_at`` is when the next one may be sent."""

    def __init__(self, again_at: dt.datetime) -> None:
        super().__init__(again_at)
        self.again_at = again_at


def check_author(
    by: Member | User | StaffAuthor,
    *,
    tenant: Tenant,
    sees_all_numbers: bool,
    reason: str,
) -> None:
    """Raise ``RightsTooWide`` or ``ReasonNeeded`` unless ``by`` may make this offer."""
    if isinstance(by, Member):
        is_own = by.tenant_id == tenant.pk and by.is_active and by.may_manage_team
        if not is_own or (sees_all_numbers and not by.sees_all_numbers):
            raise RightsTooWide(by)
    else:
        _check_staff(by, tenant, reason)


def _check_staff(by: User | StaffAuthor, tenant: Tenant, reason: str) -> None:
    """Staff help a customer that nobody administers; else its administrators invite.

    Whatever the role: an editor sends calls anywhere, and finance reads every invoice.
    """
    if not (_may_invite(by) if isinstance(by, User) else by.may_invite):
        raise RightsTooWide(by)
    if not has_administrator(tenant):
        return
    if not by.is_superuser:
        raise RightsTooWide(by)
    if not reason:
        raise ReasonNeeded(tenant)


def _may_invite(by: User) -> bool:
    return by.is_staff and by.has_perm("tenants.add_invitation")


def has_administrator(tenant: Tenant) -> bool:
    """Does anybody administer this customer who can sign in?"""
    return administrators(tenant).exists()


def administrators(tenant: Tenant) -> TenantQuerySet:
    return Member.objects.for_tenant(tenant).filter(
        role=Member.Role.ADMIN, is_active=True, user__is_active=True
    )


def is_backed(invitation: Invitation) -> bool:
    """Does the invitation have an author who is active and might still make it?"""
    members = Member.objects.for_tenant(invitation.tenant).filter(
        user=invitation.invited_by_id, user__is_active=True
    )
    staff = _staff(invitation.invited_by_id)
    authors: list[Member | User | StaffAuthor] = [*members, *([staff] if staff else [])]
    return any(_may_make(by, invitation) for by in authors)


def _staff(user_id: int) -> User | StaffAuthor | None:
    """Asked of the database in the portal, which has no row of staff."""
    if settings.PROCESS == "backoffice":
        return User.objects.filter(pk=user_id, is_active=True).first()
    return staff_author(user_id)


def _may_make(by: Member | User | StaffAuthor, invitation: Invitation) -> bool:
    try:
        check_author(
            by,
            tenant=invitation.tenant,
            reason=invitation.reason,
            sees_all_numbers=invitation.sees_all_numbers,
        )
    except (RightsTooWide, ReasonNeeded):
        return False
    return True


def check_number(tenant: Tenant, author: User, now: dt.datetime) -> None:
    """Raise ``TooManyInvitations`` when the last hour holds more than it may.

    Each sends mail to an address that never asked for it.
    """
    # Of who came later and was faster too: its moment is later than ``now``.
    recent = Invitation.objects.for_tenant(tenant).filter(
        expires_at__gt=now + LIFE - WINDOW
    )
    for rows, most in (
        (recent.filter(invited_by=author), MOST_BY_PERSON),
        (recent, MOST_BY_CUSTOMER),
    ):
        ends = list(rows.order_by("-expires_at").values_list("expires_at", flat=True))
        if len(ends) > most:
            raise TooManyInvitations(ends[most] - LIFE + WINDOW)
