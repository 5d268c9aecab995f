"""Accepting an invitation: whoever has its link becomes a member."""

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from tenants.audit.record import record
from tenants.models import Invitation, Member, Tenant, User
from tenants.services import ended_access, ended_offers, invitation_rights
from tenants.services.authors import lock_person
from tenants.services.invitations import InvitationOver
from tenants.services.people import create_person
from vms_portal.kernel.data import row_security, secret_keys


class WrongPerson(Exception):
    """The invitation is for another e-mail address than the person's."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody without an account tells of themselves as they accept."""

    name: str
    password: str
    language: str


def find_open(token_hash: str, now: dt.datetime) -> Invitation:
    """Return the invitation of a link and scope the transaction to its customer.

    ``token_hash`` is the digest of the link's secret.

    ``InvitationOver``, also when its author might not make it any more, leaves the
    scope as it was.
    """
    open_ones = Invitation.objects.filter(
        accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    presented = secret_keys.find_by_hash(open_ones, token_hash)
    if presented is None:
        raise InvitationOver
    before = row_security.current("tenant")
    row_security.apply(tenant=presented.tenant_id)
    whole = Invitation.objects.filter(tenant__is_active=True)
    invitation = whole.select_related("tenant").filter(pk=presented.pk)
    for backed in filter(invitation_rights.is_backed, invitation):
        return backed
    row_security.apply(tenant=before)
    raise InvitationOver


@transaction.atomic
def accept(*, token_hash: str, person: User | NewPerson, now: dt.datetime) -> Member:
    """Make the invited person a member, who is created where nobody is signed in.

    ``InvitationOver``, also for the second of two at once and for a member already;
    ``WrongPerson`` for somebody signed in under another address, or an address
    known already. Of a former member nothing from before comes back to life: their
    sessions end, the one that accepts too unless its page goes on with it. With a
    first administrator, what nobody might offer any more ends. ``NoLongerAble`` when
    the person's sessions ended while this one waited.
    """
    invitation = find_open(token_hash, now)
    if isinstance(person, User):
        _lock_member_and_person(person, invitation.tenant)
    offer = _lock(invitation)
    user = _invited(person, offer.email)
    member, is_new = _make_member(offer, user)
    offer.accepted_at = now
    offer.save(update_fields=["accepted_at"])
    if not is_new:
        ended_access.end_of_member(member=member, by=user, now=now)
        ended_access.end_sessions_of(member=member, by=user, now=now)
    detail = {"role": offer.role, "member": member.pk}
    record(
        actor=user, action="invitation.accepted", target=offer, at=now, detail=detail
    )
    if member.may_manage_team:
        ended_offers.withdraw_unbacked(invitation.tenant, by=user, now=now)
    return member


def _lock_member_and_person(user: User, tenant: Tenant) -> None:
    """Members, people, invitations, events are locked in this order everywhere."""
    mine = Member.objects.for_tenant(tenant).select_for_update()
    list(mine.filter(user=user))
    lock_person(user)


def _invited(person: User | NewPerson, email: str) -> User:
    """Return who accepts; ``WrongPerson`` unless the address is theirs alone."""
    if isinstance(person, NewPerson):
        return _create(person, email)
    if person.email != email:
        raise WrongPerson(person.email)
    return person


def _create(person: NewPerson, email: str) -> User:
    if User.objects.filter(email=email).exists():
        raise WrongPerson(email)
    try:
        return create_person(
            email=email,
            name=person.name,
            password=person.password,
            language=person.language,
        )
    except IntegrityError as error:
        raise WrongPerson(email) from error


def _make_member(offer: Invitation, user: User) -> tuple[Member, bool]:
    """Return the member as the offer has it, and whether they never were one."""
    mine = Member.objects.for_tenant(offer.tenant).filter(user=user, is_active=True)
    if mine.exists():
        # Joined by another way meanwhile: an old offer changes no role.
        raise InvitationOver
    member, is_new = Member.objects.update_or_create(
        tenant=offer.tenant,
        user=user,
        defaults={
            "role": offer.role,
            "is_active": True,
            "sees_all_numbers": offer.sees_all_numbers,
        },
    )
    # What a former member was shown is not offered again: it is chosen anew.
    member.access.all().delete()
    return member, is_new


def _lock(invitation: Invitation) -> Invitation:
    """Lock the customer's open invitations, and judge this one by what is true now.

    Of two first administrators invited by staff, the second finds the first.
    """
    rows = Invitation.objects.for_tenant(invitation.tenant).select_for_update()
    open_ones = rows.filter(accepted_at=None, revoked_at=None).order_by("pk")
    locked = next((row for row in open_ones if row.pk == invitation.pk), None)
    if locked is None or not invitation_rights.is_backed(locked):
        raise InvitationOver
    return locked
