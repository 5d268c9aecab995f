"""What a person loses with their access does not come back with it."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import ApiToken, AuditEvent, Invitation, Member, User
from tenants.services import ended_access, invitations, members, people, tokens
from tenants.services.authors import NoLongerAble
from tenants.tasks import send_password_reset
from tests.support.clients import ProcessClient
from tests.support.races import at_once
from tests.tenants.test_password_reset import choose, link_of
from tests.tenants.test_sessions import is_signed_in
from vms_portal.kernel.data import secret_keys

PASSWORD = "tulips in the rain"
FIRST = "daffodils in the sun"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def second_admin(acme, make_member) -> Member:
    return make_member(acme, Member.Role.ADMIN)


@pytest.fixture
def change(staff_client, staff):
    """Staff change a person in the back office and answer its question."""
    staff_client.force_login(staff)

    def send(person: User, **values) -> None:
        person.refresh_from_db()
        form: dict[str, Any] = {
            "email": person.email,
            "name": person.name,
            "language": "en",
        }
        flags = ("is_active", "is_staff", "is_superuser")
        form |= {name: "on" for name in flags if getattr(person, name)}
        form["groups"] = list(person.groups.values_list("pk", flat=True))
        form |= values | {"confirmed": "on", "reason": "asked to"}
        form = {name: value for name, value in form.items() if value != ""}
        url = f"/tenants/user/{person.pk}/change/"
        assert staff_client.post(url, form).status_code == 302

    return send


def invite(by, email: str = "new@acme.example", **more) -> Invitation:
    return invitations.invite(
        by=by, email=email, role="viewer", now=timezone.now(), **more
    )


def make_a_token(by: Member) -> ApiToken:
    token, _secret = tokens.create_token(
        by=by, name="Late", scopes=["numbers:read"], life=HOUR, now=timezone.now()
    )
    return token


def is_open(invitation: Invitation) -> bool:
    invitation.refresh_from_db()
    return invitation.revoked_at is None


def events(action: str) -> list[tuple[str | None, str]]:
    found = AuditEvent.objects.filter(action=action).select_related("tenant")
    return sorted(
        (e.tenant.reference if e.tenant else "", e.detail.get("reason", ""))
        for e in found
    )


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


@pytest.fixture
def colleague(clerk) -> User:
    return clerk("sales")


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


def test_a_sign_in_beside_the_disabling_is_over_when_enabled(client, viewer, change):
    """It read the person before, and is stored after."""
    client.force_login(viewer.user)
    made_beside = dict(client.session.items())
    change(viewer.user, is_active="")
    session = client.session
    session.update(made_beside)
    session.save()
    change(viewer.user, is_active="on")
    assert not is_signed_in(client)


@pytest.fixture
def halfway(client, admin) -> None:
    """The password is given, the second step is not."""
    admin.user.set_password(PASSWORD)
    admin.user.save()
    totp.TOTP.activate(admin.user, totp.generate_totp_secret())
    form = {"login": admin.user.email, "password": PASSWORD}
    client.post("/account/login/", form)
    assert client.get("/account/2fa/authenticate/").status_code == 200


def test_a_sign_in_halfway_ends_with_the_access(client, admin, halfway, change):
    change(admin.user, is_active="")
    change(admin.user, is_active="on")
    assert client.get("/account/2fa/authenticate/").status_code == 302
    assert LOGIN_SESSION_KEY not in client.session


def test_a_sign_in_halfway_ends_with_the_password(client, admin, halfway):
    admin.user.set_password("another one")
    admin.user.save()
    assert client.get("/account/2fa/authenticate/").status_code == 302
    assert LOGIN_SESSION_KEY not in client.session


def test_a_sign_in_halfway_does_not_profit_from_a_step_taken_away(
    client, admin, staff, halfway
):
    for factor in Authenticator.objects.filter(user=admin.user):
        people.remove_second_factor(authenticator=factor, by=staff)
    client.get("/account/2fa/authenticate/")
    assert not is_signed_in(client)
    assert LOGIN_SESSION_KEY not in client.session


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


def beside(make, take) -> None:
    """``take`` begins while what ``make`` made is not committed yet."""
    made, taken = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            make()
            made.set()
            # Whoever takes is done by now, unless they wait for this to commit.
            taken.wait(timeout=1)

    def second() -> None:
        made.wait(timeout=5)
        take()
        taken.set()

    assert at_once(first, second) == [None, None]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taken_by", ["colleague", "staff"])
def test_what_is_made_while_access_ends_ends_with_it(
    admin, second_admin, staff, taken_by
):
    def make() -> None:
        make_a_token(second_admin)
        invite(second_admin)

    def take() -> None:
        now = timezone.now()
        if taken_by == "colleague":
            members.deactivate(by=admin, member=second_admin, now=now)
        else:
            ended_access.end_all(
                user=second_admin.user, by=staff, reason="access_ended", now=now
            )

    beside(make, take)
    assert ApiToken.objects.get().revoked_at is not None
    assert Invitation.objects.get().revoked_at is not None


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


@pytest.mark.django_db(transaction=True)
def test_of_two_removals_at_once_one_is_an_event(admin, staff, acting_as):
    factor = Authenticator.objects.create(user=admin.user, type="totp", data={})

    def remove() -> None:
        with acting_as("vms_staff"), transaction.atomic():
            people.remove_second_factor(
                authenticator=Authenticator.objects.get(pk=factor.pk), by=staff
            )

    found = at_once(remove, remove)
    assert sorted(type(one).__name__ for one in found) == [
        "AlreadyRemoved",
        "NoneType",
    ]
    assert len(events("staff.second_factor_removed")) == 2  # the customer's, ours


def test_a_token_made_beside_the_end_of_access_is_refused(admin, viewer):
    members.deactivate(by=admin, member=viewer, now=timezone.now())
    with pytest.raises(NoLongerAble):
        make_a_token(viewer)
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("make", [invite, make_a_token])
def test_nothing_is_made_by_a_session_whose_password_was_changed(admin, make):
    """The request began before; what the new password ends must not come after it."""
    user = User.objects.get(pk=admin.user_id)
    user.set_password(PASSWORD)
    user.save()
    with pytest.raises(NoLongerAble):
        make(admin)


def test_staff_whose_group_went_meanwhile_invite_nobody(colleague, acme):
    assert colleague.has_perm("tenants.add_invitation")
    User.objects.get(pk=colleague.pk).groups.clear()
    with pytest.raises(invitations.invitation_rights.RightsTooWide):
        invite(colleague, tenant=acme)


def test_an_invitation_beside_the_end_of_the_role_is_refused(admin, second_admin):
    members.change_role(
        by=admin,
        member=second_admin,
        role="viewer",
        expected="admin",
        now=timezone.now(),
    )
    with pytest.raises(invitations.invitation_rights.RightsTooWide):
        invite(second_admin)


def test_what_staff_save_leaves_a_password_chosen_meanwhile(viewer, change):
    """Only what the form changes is written: a column read before may be old."""
    with CaptureQueriesContext(connection) as asked:
        change(viewer.user, name="Vera")
    writes = [q["sql"] for q in asked if q["sql"].startswith('UPDATE "tenants_user"')]
    assert [re.findall(r'"(\w+)" = ', sql)[:-1] for sql in writes] == [["name"]]


def test_a_count_at_its_end_keeps_nobody_in(viewer, staff, client):
    """The portal's role may write it, at its end as well."""
    User.objects.filter(pk=viewer.user_id).update(session_generation=2**31 - 1)
    viewer.user.refresh_from_db()
    client.force_login(viewer.user)
    assert is_signed_in(client)
    ended_access.end_all(
        user=viewer.user, by=staff, reason="access_ended", now=timezone.now()
    )
    assert not is_signed_in(client)
