"""Inviting people. An invitation is bound to its e-mail address and used once."""

import datetime as dt

from django.db import connection, transaction

from tenants.audit.record import record
from tenants.models import Invitation, Member, Tenant, User
from tenants.services import invitation_mail, invitation_rights
from tenants.services.authors import as_now, lock_member, lock_staff, take_turns
from tenants.services.invitation_rights import LIFE
from tenants.services.notices import tell_administrators
from vms_portal.kernel.data import secret_keys
from vms_portal.kernel.mail.mailboxes import spelled
from vms_portal.kernel.web.addresses import portal_address
from vms_portal.kernel.work.queue import after_commit


class AlreadyMember(Exception):
    """The address belongs to an active member of this customer."""


class InvitationOver(Exception):
    """Unknown, accepted, withdrawn or expired. Which one is nobody's business."""


@transaction.atomic
def invite(
    *,
    by: Member | User,
    email: str,
    role: str,
    now: dt.datetime,
    sees_all_numbers: bool = True,
    tenant: Tenant | None = None,
    reason: str = "",
) -> Invitation:
    """Offer membership to ``email`` and send the link that accepts it.

    ``tenant`` is given when the operator's staff invite; a member invites to its
    own. An open invitation to the same address is withdrawn. ``AlreadyMember``,
    ``NoLongerAble``, and what ``invitation_rights`` raises.
    """
    wanted = Invitation(
        tenant=_customer(by, tenant),
        email=spelled(email),
        role=role,
        reason=reason,
        # Who runs the team sees every number.
        sees_all_numbers=sees_all_numbers or role == Member.Role.ADMIN,
    )
    invitation, url = _offer(wanted, by, "invitation.sent", now)
    after_commit(invitation_mail.send, invitation, url)
    return invitation


def _customer(by: Member | User, tenant: Tenant | None) -> Tenant:
    if isinstance(by, Member):
        return by.tenant
    if tenant is None:
        raise invitation_rights.RightsTooWide(by)
    return tenant


@transaction.atomic
def send_again(
    *, by: Member | User, invitation: Invitation, now: dt.datetime, reason: str = ""
) -> Invitation:
    """Send an open or expired invitation once more, under a new link.

    It is then an offer of ``by``. ``InvitationOver``, and as ``invite``.
    """
    made, url = _renew(invitation, by, "invitation.sent", now, reason)
    after_commit(invitation_mail.send, made, url)
    return made


@transaction.atomic
def show_link(
    *, by: User, invitation: Invitation, now: dt.datetime, reason: str = ""
) -> tuple[Invitation, str]:
    """Return the invitation under a new link, and the link, for another way than mail.

    As ``send_again``; the customer's audit trail says who saw the link.
    """
    return _renew(invitation, by, "invitation.link_shown", now, reason)


def _renew(
    earlier: Invitation, by: Member | User, action: str, now: dt.datetime, reason: str
) -> tuple[Invitation, str]:
    _take_turns(earlier.tenant)
    # Before the invitation, as whoever takes access away, or gives it back.
    _locked(by, earlier.tenant, earlier.email)
    rows = Invitation.objects.for_tenant(earlier.tenant).select_for_update()
    open_ones = rows.filter(pk=earlier.pk, accepted_at=None, revoked_at=None)
    current = open_ones.first() or _over()
    wanted = Invitation(
        tenant=earlier.tenant,
        email=current.email,
        role=current.role,
        sees_all_numbers=current.sees_all_numbers,
        reason=reason,
    )
    return _offer(wanted, by, action, now)


def _over() -> Invitation:
    raise InvitationOver


def _offer(
    wanted: Invitation, by: Member | User, action: str, now: dt.datetime
) -> tuple[Invitation, str]:
    """Store the offer in place of an open one to the same address; return its link."""
    _take_turns(wanted.tenant)
    # As the request found them, and as they are by now.
    for author in (by, _locked(by, wanted.tenant, wanted.email)):
        invitation_rights.check_author(
            author,
            tenant=wanted.tenant,
            reason=wanted.reason,
            sees_all_numbers=wanted.sees_all_numbers,
        )
    members = Member.objects.for_tenant(wanted.tenant).filter(is_active=True)
    if members.filter(user__email=wanted.email).exists():
        raise AlreadyMember(wanted.email)
    _withdraw_open(wanted.tenant, wanted.email, by, now)
    secret = _store(wanted, by, now)
    detail = {"role": wanted.role, "sees_all_numbers": wanted.sees_all_numbers}
    if wanted.reason:
        detail["reason"] = wanted.reason
    record(actor=by, action=action, target=wanted, at=now, detail=detail)
    # They take turns: two at once are both counted.
    invitation_rights.check_number(wanted.tenant, wanted.invited_by, now)
    if isinstance(by, User):
        tell_administrators(
            invitation_mail.BY_STAFF, tenant=wanted.tenant, about=wanted.pk, now=now
        )
    return wanted, portal_address("tenants:invitation_accept", secret)


def _store(wanted: Invitation, by: Member | User, now: dt.datetime) -> str:
    """Store the offer; return the secret of its link, which nothing keeps."""
    secret = secret_keys.new_secret("join")
    wanted.token_hash, wanted.expires_at = secret_keys.digest(secret), now + LIFE
    wanted.invited_by = _person(by)
    wanted.save(force_insert=True)
    return secret


def _person(by: Member | User) -> User:
    return by.user if isinstance(by, Member) else by


def _take_turns(tenant: Tenant) -> None:
    """Let nobody else invite to the customer: what is not there yet has no row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tenants_invite_in_turns(%s)", [tenant.pk])


def _locked(by: Member | User, tenant: Tenant, email: str) -> Member | User:
    """Lock who invites; take turns with who gives a former member access otherwise.

    Members, then people in the order of their keys: each of two may invite the other,
    to another customer.
    """
    if isinstance(by, Member):
        mine = Member.objects.for_tenant(by.tenant).select_for_update(of=("self",))
        list(mine.filter(pk=by.pk))
    former = Member.objects.for_tenant(tenant).filter(is_active=False)
    people = set(former.filter(user__email=email).values_list("user_id", flat=True))
    for user_id in sorted({_person(by).pk, *people}):
        take_turns(user_id)
    return lock_member(by) if isinstance(by, Member) else lock_staff(by)


def _withdraw_open(
    tenant: Tenant, email: str, by: Member | User, now: dt.datetime
) -> None:
    rows = Invitation.objects.for_tenant(tenant).select_for_update().order_by("pk")
    for earlier in list(rows.filter(email=email, accepted_at=None, revoked_at=None)):
        earlier.revoked_at = now
        earlier.save(update_fields=["revoked_at"])
        record(actor=by, action="invitation.revoked", target=earlier, at=now)


@transaction.atomic
def revoke(*, by: Member, invitation: Invitation, now: dt.datetime) -> Invitation:
    """Withdraw an invitation; ``InvitationOver`` when it is not open any more."""
    rows = Invitation.objects.for_tenant(by.tenant).select_for_update()
    current = rows.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).first()
    if current is None:
        raise InvitationOver(invitation)
    by = as_now(by)
    current.revoked_at = now
    current.save(update_fields=["revoked_at"])
    record(actor=by, action="invitation.revoked", target=current, at=now)
    return current
