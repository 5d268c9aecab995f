"""What is made or signed in to while access ends, ends with it."""

import re
import threading

import pytest
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import ApiToken, Invitation, Member, User
from tenants.services import ended_access, invitations, members, people, tokens
from tenants.services.authors import NoLongerAble
from tests.support.ended_access import HOUR, PASSWORD, events, invite
from tests.support.races import at_once
from tests.support.signed_in import is_signed_in


def make_a_token(by: Member) -> ApiToken:
    token, _secret = tokens.create_token(
        by=by, name="Late", scopes=["numbers:read"], life=HOUR, now=timezone.now()
    )
    return token


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
