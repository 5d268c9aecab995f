"""Inviting people. An invitation is bound to its e-mail address and used once."""

import datetime as dt

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tenants import audit, secret_keys
from tenants.models import Invitation, Member, Tenant, User
from tenants.services.people import create_person
from vms_portal.kernel import scoping
from vms_portal.kernel.queue import after_commit

LIFE = dt.timedelta(days=7)


class AlreadyMember(Exception):
    """The address belongs to an active member of this customer."""


class RightsTooWide(Exception):
    """The invitation would give more than its author has."""


class InvitationOver(Exception):
    """Unknown, accepted, withdrawn or expired. Which one is nobody's business."""


class WrongPerson(Exception):
    """The invitation is for another e-mail address than the person's."""


@transaction.atomic
def invite(
    *, by: Member | User, email: str, role: str, now: dt.datetime,
    sees_all_numbers: bool = True, tenant: Tenant | None = None,
) -> Invitation:  # fmt: skip
    """Offer membership to ``email`` and send the link that accepts it.

    ``tenant`` is given when the operator's staff invite; a member invites to its
    own. An open invitation to the same address is withdrawn. ``AlreadyMember``,
    ``RightsTooWide``.
    """
    # Who runs the team sees every number.
    sees_all_numbers = sees_all_numbers or role == Member.Role.ADMIN
    tenant = _tenant_of(by, tenant, sees_all_numbers)
    email = email.strip().lower()
    members = Member.objects.for_tenant(tenant).filter(is_active=True)
    if members.filter(user__email=email).exists():
        raise AlreadyMember(email)
    _withdraw_open(tenant, email, by, now)
    secret = secret_keys.new_secret("join")
    invitation = Invitation.objects.create(
        tenant=tenant, email=email, role=role, sees_all_numbers=sees_all_numbers,
        token_hash=secret_keys.digest(secret), expires_at=now + LIFE,
        invited_by=by.user if isinstance(by, Member) else by,
    )  # fmt: skip
    audit.record(
        actor=by, action="invitation.sent", target=invitation, at=now,
        detail={"role": role, "sees_all_numbers": sees_all_numbers},
    )  # fmt: skip
    # Sent by this process: the secret is not to lie in the broker.
    after_commit(_send, invitation, secret)
    return invitation


def _tenant_of(by: Member | User, tenant: Tenant | None, everything: bool) -> Tenant:
    """Return the customer ``by`` may invite to; ``RightsTooWide``."""
    if isinstance(by, Member):
        if by.may_manage_team and (by.sees_all_numbers or not everything):
            return by.tenant
    elif by.is_staff and tenant is not None:
        return tenant
    raise RightsTooWide(by)


def _withdraw_open(
    tenant: Tenant, email: str, by: Member | User, now: dt.datetime
) -> None:
    rows = Invitation.objects.for_tenant(tenant).select_for_update()
    for earlier in rows.filter(email=email, accepted_at=None, revoked_at=None):
        earlier.revoked_at = now
        earlier.save(update_fields=["revoked_at"])
        audit.record(actor=by, action="invitation.revoked", target=earlier, at=now)


@transaction.atomic
def revoke(*, by: Member, invitation: Invitation, now: dt.datetime) -> Invitation:
    """Withdraw an invitation; ``InvitationOver`` when it is not open any more."""
    rows = Invitation.objects.for_tenant(by.tenant).select_for_update()
    current = rows.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).first()
    if current is None:
        raise InvitationOver(invitation)
    current.revoked_at = now
    current.save(update_fields=["revoked_at"])
    audit.record(actor=by, action="invitation.revoked", target=current, at=now)
    return current


def find_open(secret: str, now: dt.datetime) -> Invitation:
    """Return the invitation of a link and scope the transaction to its customer.

    ``InvitationOver`` leaves the scope as it was.
    """
    open_ones = Invitation.objects.filter(
        accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    found = secret_keys.find(open_ones, secret)
    if found is None:
        raise InvitationOver
    scoping.apply(tenant=found.tenant_id)
    whole = Invitation.objects.filter(tenant__is_active=True)
    invitation = whole.select_related("tenant").filter(pk=found.pk)
    return invitation.first() or _over()


@transaction.atomic
def accept(
    *, secret: str, user: User | None, now: dt.datetime,
    name: str = "", password: str = "", language: str = "",
) -> Member:  # fmt: skip
    """Make the invited person a member. Without ``user`` a person is created.

    ``InvitationOver``, also for the second of two at once and for a member already;
    ``WrongPerson`` for somebody signed in under another address, or an address
    known already.
    """
    invitation = find_open(secret, now)
    rows = Invitation.objects.select_for_update().filter(accepted_at=None)
    locked = rows.filter(pk=invitation.pk, revoked_at=None).first() or _over()
    if user is None:
        if User.objects.filter(email=locked.email).exists():
            raise WrongPerson(locked.email)
        try:
            user = create_person(
                email=locked.email, name=name, password=password, language=language
            )
        except IntegrityError as error:
            # Another customer's invitation was accepted at the same moment.
            raise WrongPerson(locked.email) from error
    elif user.email != locked.email:
        raise WrongPerson(user.email)
    mine = Member.objects.for_tenant(invitation.tenant).select_for_update()
    if mine.filter(user=user, is_active=True).exists():
        # Joined by another way meanwhile: an old offer changes no role.
        raise InvitationOver
    member, _created = Member.objects.update_or_create(
        tenant=invitation.tenant, user=user,
        defaults={
            "role": locked.role, "is_active": True,
            "sees_all_numbers": locked.sees_all_numbers,
        },
    )  # fmt: skip
    locked.accepted_at = now
    locked.save(update_fields=["accepted_at"])
    audit.record(
        actor=user, action="invitation.accepted", target=locked, at=now,
        tenant=invitation.tenant, detail={"role": locked.role, "member": member.pk},
    )  # fmt: skip
    return member


def _over() -> Invitation:
    raise InvitationOver


def _send(invitation: Invitation, secret: str) -> None:
    """Write in the invited person's language, else in the customer's."""
    known = User.objects.filter(email=invitation.email).first()
    language = known.language if known else invitation.tenant.language
    with translation.override(language):
        path = reverse("tenants:invitation_accept", args=[secret])
        values = {
            "person": invitation.invited_by,
            "customer": invitation.tenant,
            "portal": settings.OPERATOR.portal_name,
            "role": invitation.get_role_display(),
            "url": settings.PORTAL_URL + path,
        }
        send_mail(
            _("Invitation to %(customer)s on %(portal)s") % values,
            _(
                "%(person)s invites you to work for %(customer)s on %(portal)s, as: "
                "%(role)s.\n\nAccept here: %(url)s\n\nThe link works once, for seven "
                "days, and for this e-mail address only. If you expected no "
                "invitation, you can ignore this message."
            )
            % values,
            None,
            [invitation.email],
        )
