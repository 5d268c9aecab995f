"""An open invitation ends with the standing of whom it is to, and of who sent it."""

import datetime as dt
import threading

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from numbers.services import access
from tenants.models import AuditEvent, Invitation, Member, Tenant, User
from tenants.services import ended_access, invitations, members
from tests.support.clients import ProcessClient
from tests.support.races import at_once
from tests.support.signed_in import is_signed_in
from vms_portal.kernel.data import secret_keys

HOUR = dt.timedelta(hours=1)
NEW = "new@acme.example"
FORM = {"name": "Nora", "password": "tulips in the rain", "language": "en"}


def offer(tenant: Tenant, by: User, email: str, role: str = "admin") -> str:
    """Return the link of an open invitation."""
    secret = secret_keys.new_secret("join")
    Invitation.objects.create(
        tenant=tenant,
        email=email,
        role=role,
        invited_by=by,
        token_hash=secret_keys.digest(secret),
        expires_at=timezone.now() + HOUR,
    )
    return f"/invitations/{secret}/"


def withdrawn() -> list[tuple[str, str, str]]:
    """To whom the withdrawn invitations were, of which customer, and why."""
    found = AuditEvent.objects.filter(action="invitation.revoked")
    return sorted(
        (e.target_label, e.tenant.reference if e.tenant else "", e.detail["reason"])
        for e in found.select_related("tenant")
    )


def narrow(by: Member, member: Member) -> None:
    access.set_access(
        member=member,
        by=by,
        sees_all=False,
        sites=[],
        numbers=[],
        expected=access.fingerprint(member),
        now=timezone.now(),
    )


def demote(by: Member, member: Member) -> None:
    members.change_role(
        by=by, member=member, role="finance", expected="viewer", now=timezone.now()
    )


def deactivate(by: Member, member: Member) -> None:
    members.deactivate(by=by, member=member, now=timezone.now())


def reactivate(by: Member, member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(is_active=False)
    members.reactivate(by=by, member=member, now=timezone.now())


@pytest.mark.parametrize("act", [deactivate, reactivate, demote, narrow])
def test_an_invitation_ends_when_access_is_decided_another_way(
    act, acme, admin, viewer, globex, stranger
):
    offer(acme, admin.user, viewer.user.email)
    offer(acme, admin.user, "other@acme.example")
    offer(globex, stranger.user, viewer.user.email)
    act(admin, viewer)
    reason = "role_changed" if act is demote else "access_ended"
    assert withdrawn() == [(viewer.user.email, "ACME", reason)]


def test_the_link_from_between_two_endings_opens_nothing(
    client, acting_as, acme, admin, viewer
):
    """Invited as administrator, then given back a viewer's access, then none."""
    deactivate(admin, viewer)
    link = offer(acme, admin.user, viewer.user.email)
    members.reactivate(by=admin, member=viewer, now=timezone.now())
    deactivate(admin, viewer)
    client.force_login(User.objects.get(pk=viewer.user_id))
    assert client.post(link).status_code == 404
    viewer.refresh_from_db()
    assert (viewer.is_active, viewer.role) == (False, "viewer")


def test_a_former_member_accepts_the_newest_invitation(client, acme, admin, viewer):
    deactivate(admin, viewer)
    link = offer(acme, admin.user, viewer.user.email, "editor")
    client.force_login(User.objects.get(pk=viewer.user_id))
    assert client.post(link).url == "/"
    assert withdrawn() == []
    viewer.refresh_from_db()
    assert (viewer.is_active, viewer.role) == (True, "editor")


def test_an_address_that_staff_change_takes_its_invitations_along(
    client,
    acme,
    admin,
    viewer,
    globex,
    stranger,
    change,
):
    """Those to the old one everywhere; those to the new one where they work."""
    old = viewer.user.email
    link = offer(globex, stranger.user, old)
    offer(acme, admin.user, NEW)
    offer(globex, stranger.user, NEW)
    change(viewer.user, email=NEW)
    assert withdrawn() == [
        (NEW, "ACME", "new_address"),
        (old, "GLOBEX", "new_address"),
    ]
    assert client.post(link, FORM).status_code == 404
    assert not User.objects.filter(email=old).exists()


@pytest.mark.parametrize("after", ["", "on"])
def test_staff_who_disable_or_enable_end_the_invitations_to_a_member(
    acme,
    admin,
    viewer,
    change,
    after,
):
    User.objects.filter(pk=viewer.user_id).update(is_active=not after)
    offer(acme, admin.user, viewer.user.email)
    change(viewer.user, is_active=after)
    assert withdrawn() == [(viewer.user.email, "ACME", "access_ended")]


@pytest.fixture
def sales(clerk) -> User:
    return clerk("sales")


def test_the_first_administrator_ends_the_other_offers_of_sales(
    acting_as, acme, sales, client
):
    other, first = offer(acme, sales, "x@acme.example"), offer(acme, sales, NEW)
    assert client.post(first, FORM).status_code == 302
    assert withdrawn() == [("x@acme.example", "ACME", "administrator_joined")]
    User.objects.filter(email=NEW).update(is_active=False)
    assert ProcessClient("portal", acting_as).post(other, FORM).status_code == 404
    assert Member.objects.get(tenant=acme).user.email == NEW


def test_who_is_no_administrator_ends_no_offer_of_sales(acme, sales, client):
    offer(acme, sales, "x@acme.example")
    assert client.post(offer(acme, sales, NEW, "viewer"), FORM).status_code == 302
    assert withdrawn() == []


def test_an_administrator_leaves_the_offers_of_others_open(acme, admin, client):
    offer(acme, admin.user, "x@acme.example")
    assert client.post(offer(acme, admin.user, NEW), FORM).status_code == 302
    assert withdrawn() == []


def test_an_enabled_administrator_ends_the_offers_of_sales(
    acme,
    admin,
    sales,
    change,
):
    User.objects.filter(pk=admin.user_id).update(is_active=False)
    offer(acme, sales, NEW)
    change(admin.user, is_active="on")
    assert withdrawn() == [(NEW, "ACME", "administrator_joined")]


@pytest.mark.django_db(transaction=True)
def test_an_invitation_made_beside_access_given_back_ends_with_it(admin, viewer, staff):
    deactivate(admin, viewer)
    made, given = threading.Event(), threading.Event()

    def invite() -> None:
        with transaction.atomic():
            invitations.invite(
                by=staff,
                tenant=admin.tenant,
                email=viewer.user.email,
                role="admin",
                reason="asked to",
                now=timezone.now(),
            )
            made.set()
            given.wait(1)

    def give() -> None:
        made.wait(5)
        members.reactivate(by=admin, member=viewer, now=timezone.now())
        given.set()

    assert at_once(invite, give) == [None, None]
    assert Invitation.objects.get().revoked_at is not None


ENDS = [ended_access.end_all, ended_access.end_sessions]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("held", ["person", "invitation"])
def test_a_session_ended_while_it_accepts_does_not_go_on(
    globex, stranger, viewer, staff, acting_as, end, held
):
    link = offer(globex, stranger.user, viewer.user.email, "viewer")
    client = ProcessClient("portal", acting_as)
    rows = {"person": User.objects, "invitation": Invitation.objects}
    mine = {"person": {"pk": viewer.user_id}, "invitation": {}}
    is_held, is_over = threading.Event(), threading.Event()

    def finish() -> None:
        end(user=viewer.user, by=staff, reason="access_ended", now=timezone.now())

    def hold() -> None:
        """Another act has the row when the acceptance asks for it."""
        with transaction.atomic():
            rows[held].select_for_update().get(**mine[held])
            is_held.set()
            is_over.wait(1.5)
            if held == "person":
                finish()

    def accept() -> int:
        is_held.wait(5)
        return client.post(link).status_code

    def beside() -> None:
        is_held.wait(5)
        is_over.wait(0.7)
        if held == "invitation":
            finish()
            is_over.set()

    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        client.force_login(viewer.user)
        # Who ends waits for the acceptance, or the acceptance finds the end.
        answer = 403 if held == "person" else 302
        assert at_once(hold, accept, beside) == [None, answer, None]
        assert not is_signed_in(client)
