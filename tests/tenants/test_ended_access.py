"""What a person loses with their access does not come back with it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.utils import timezone

from tenants.models import AuditEvent, Invitation, Member, User
from tenants.services import members, people
from tenants.tasks import send_password_reset
from tests.support.clients import ProcessClient
from tests.support.ended_access import HOUR, PASSWORD, events, invite
from tests.support.signed_in import is_signed_in
from tests.tenants.test_password_reset import choose, link_of
from vms_portal.kernel.data import secret_keys

FIRST = "daffodils in the sun"


def is_open(invitation: Invitation) -> bool:
    invitation.refresh_from_db()
    return invitation.revoked_at is None


def test_disabling_ends_sessions_tokens_and_invitations_for_good(
    client, api, admin, second_admin, change
):
    client.force_login(admin.user)
    program, offer = api(admin), invite(admin)
    change(admin.user, is_active="")
    change(admin.user, is_active="on")
    assert User.objects.get(pk=admin.user.pk).is_active
    assert not is_signed_in(client)
    assert program.get("/api/v1/numbers/").status_code == 401
    assert not is_open(offer)
    assert events("invitation.revoked") == [("ACME", "access_ended")]
    assert ("ACME", "access_ended") in events("person.sessions_ended")


def test_enabling_ends_what_slipped_past_the_disabling(client, api, admin, change):
    """What was made beside it, or before releases that ended it."""
    client.force_login(admin.user)
    program, offer = api(admin), invite(admin)
    User.objects.filter(pk=admin.user.pk).update(is_active=False)
    change(admin.user, is_active="on")
    assert not is_signed_in(client)
    assert program.get("/api/v1/numbers/").status_code == 401
    assert not is_open(offer)


def test_the_last_access_taken_away_ends_the_sessions_for_good(client, admin, viewer):
    client.force_login(viewer.user)
    members.deactivate(by=admin, member=viewer, now=timezone.now())
    assert not is_signed_in(client)
    members.reactivate(by=admin, member=viewer, now=timezone.now())
    assert not is_signed_in(client)
    assert ("ACME", "access_ended") in events("person.sessions_ended")


def test_who_has_another_customer_works_on_until_access_is_given_back(
    client, admin, viewer, globex
):
    Member.objects.create(tenant=globex, user=viewer.user, role="viewer")
    client.force_login(viewer.user)
    members.deactivate(by=admin, member=viewer, now=timezone.now())
    assert is_signed_in(client)
    members.reactivate(by=admin, member=viewer, now=timezone.now())
    assert not is_signed_in(client)
    # and the other customer reads nothing of who gave access here
    assert {tenant for tenant, _ in events("person.sessions_ended")} == {"ACME"}


def test_access_given_back_ends_what_slipped_past(api, admin, second_admin):
    Member.objects.filter(pk=second_admin.pk).update(is_active=False)
    program = api(second_admin)
    second_admin.is_active = True
    offer = Invitation.objects.create(
        tenant=admin.tenant,
        email="x@acme.example",
        role="viewer",
        token_hash="0" * 64,
        invited_by=second_admin.user,
        expires_at=timezone.now() + HOUR,
    )
    members.reactivate(by=admin, member=second_admin, now=timezone.now())
    assert program.get("/api/v1/numbers/").status_code == 401
    assert not is_open(offer)


@pytest.mark.parametrize(
    ("taken", "given"),
    [
        ({"is_active": ""}, {"is_active": "on"}),
        ({"is_staff": ""}, {"is_staff": "on"}),
        ({"groups": ""}, {}),
    ],
)
def test_staff_who_lose_a_right_do_not_find_it_in_an_old_session(
    colleague, change, acme, acting_as, taken, given
):
    given = given or {"groups": [colleague.groups.get().pk]}
    session = ProcessClient("backoffice", acting_as)
    session.force_login(colleague)
    offer = invite(colleague, tenant=acme)
    change(colleague, **taken)
    change(colleague, **given)
    assert session.get("/").status_code == 302
    assert not is_open(offer)
    assert ("ACME", "access_ended") in events("invitation.revoked")
    assert ("", "access_ended") in events("person.sessions_ended")


def test_a_link_to_choose_a_password_ends_with_the_access(
    client, viewer, change, acting_as
):
    viewer.user.set_password(FIRST)
    viewer.user.save()
    with acting_as("vms_worker"):
        send_password_reset(viewer.user.email, "portal")
    link = link_of(mail.outbox[-1])
    change(viewer.user, is_active="")
    change(viewer.user, is_active="on")
    choose(client, link)
    viewer.user.refresh_from_db()
    assert viewer.user.check_password(FIRST)


def test_a_password_chosen_by_a_link_ends_invitations_sent_meanwhile(
    client, admin, acting_as
):
    admin.user.set_password(PASSWORD)
    admin.user.save()
    offer = invite(admin)
    with acting_as("vms_worker"):
        send_password_reset(admin.user.email, "portal")
    choose(client, link_of(mail.outbox[-1]))
    assert not is_open(offer)
    assert events("invitation.revoked") == [("ACME", "new_password")]


@pytest.mark.parametrize("kept", [True, False])
def test_a_changed_password_asks_for_open_invitations(client, admin, kept):
    admin.user.set_password(PASSWORD)
    admin.user.save()
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(admin.user, secret)
    client.force_login(admin.user)
    offer = invite(admin)
    assert offer.email in client.get("/account/password/change/").text
    form = {"oldpassword": PASSWORD, "password1": FIRST, "password2": FIRST}
    client.post(
        "/account/password/change/", form | ({"keep_invitations": "on"} if kept else {})
    )
    admin.user.refresh_from_db()
    assert not admin.user.check_password(PASSWORD)
    assert is_open(offer) is kept


def test_another_address_ends_tokens_and_invitations(api, admin, change):
    program, offer = api(admin), invite(admin)
    change(admin.user, email="ada@elsewhere.example")
    assert program.get("/api/v1/numbers/").status_code == 401
    assert not is_open(offer)
    assert events("token.revoked") == [("ACME", "new_address")]
    assert events("invitation.revoked") == [("ACME", "new_address")]


def test_a_second_step_taken_away_ends_the_sessions(client, admin, staff):
    totp.TOTP.activate(admin.user, totp.generate_totp_secret())
    client.force_login(admin.user)
    factor = Authenticator.objects.get(user=admin.user)
    people.remove_second_factor(authenticator=factor, by=staff)
    assert not is_signed_in(client)


@pytest.mark.parametrize("is_last", [True, False])
def test_recovery_codes_go_with_the_last_second_step(admin, staff, is_last):
    """They would open the account again beside the step that is set up next."""
    made = Authenticator.objects.create
    lost = made(user=admin.user, type="totp", data={})
    made(user=admin.user, type="recovery_codes", data={})
    if not is_last:
        made(user=admin.user, type="webauthn", data={})
    people.remove_second_factor(authenticator=lost, by=staff)
    left = set(Authenticator.objects.values_list("type", flat=True))
    assert left == (set() if is_last else {"recovery_codes", "webauthn"})
    removed = AuditEvent.objects.filter(
        action="staff.second_factor_removed", tenant=None
    )
    assert removed.count() == (2 if is_last else 1)


def test_a_former_member_invited_again_finds_nothing_of_before(
    client, api, admin, second_admin, globex, acting_as
):
    Member.objects.create(tenant=globex, user=second_admin.user, role="viewer")
    client.force_login(second_admin.user)
    old = ProcessClient("portal", acting_as)
    old.force_login(second_admin.user)
    program = api(second_admin)
    Member.objects.filter(pk=second_admin.pk).update(is_active=False)
    secret = secret_keys.new_secret("join")
    Invitation.objects.create(
        tenant=admin.tenant,
        email=second_admin.user.email,
        role="viewer",
        token_hash=secret_keys.digest(secret),
        invited_by=admin.user,
        expires_at=timezone.now() + HOUR,
    )
    assert client.post(f"/invitations/{secret}/").url == "/"
    assert is_signed_in(client)
    assert not is_signed_in(old)
    assert program.get("/api/v1/numbers/").status_code == 401
