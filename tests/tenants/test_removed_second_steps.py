"""A second step that is gone was shown in no session."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from tenants.models import Invitation, Member
from tenants.services import members
from tests.support.clients import ProcessClient
from tests.support.second_steps import PASSWORD, prepare
from tests.support.signed_in import is_signed_in
from tests.tenants.test_acts_on_second_steps import (
    app_of,
    code_of,
    codes_of,
    passkey_of,
    sign_in,
)

REMOVE_APP = "/account/2fa/totp/deactivate/"
INVITATION = {"email": "pal@acme.example", "role": "admin"}


@pytest.fixture
def vera(client, viewer) -> Member:
    """A viewer who signed in with an app, a moment ago."""
    prepare(viewer.user)
    assert sign_in(client, viewer.user, code_of(app_of(viewer.user)))
    return viewer


def make_administrator(member: Member, by: Member) -> None:
    members.change_role(
        by=by, member=member, role="admin", expected="viewer", now=timezone.now()
    )


def test_who_removed_it_and_becomes_administrator_sets_one_up(client, admin, vera):
    assert client.post(REMOVE_APP).status_code == 302
    assert client.get("/").status_code == 200
    make_administrator(vera, by=admin)
    assert client.get("/team/").url == reverse("mfa_index")
    assert client.post("/team/invite/", INVITATION).url == reverse("mfa_index")
    assert not Invitation.objects.exists()
    assert client.get("/api/v1/numbers/").status_code == 401


def test_who_kept_it_and_becomes_administrator_goes_on(client, admin, vera):
    """The control."""
    make_administrator(vera, by=admin)
    assert client.get("/team/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_sets_another_up_goes_on_where_they_did_and_nowhere_else(
    client, admin, vera, acting_as
):
    other = ProcessClient("portal", acting_as)
    assert sign_in(other, vera.user, codes_of(vera.user)[0])
    client.post(REMOVE_APP)
    make_administrator(vera, by=admin)
    assert other.get("/team/")["Location"] == reverse("mfa_index")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.get("/account/2fa/totp/activate/")
    code = code_of(client.session["mfa.totp.secret"])
    client.post("/account/2fa/totp/activate/", {"code": code})
    assert client.get("/team/").status_code == 200
    assert other.get("/team/")["Location"].startswith("/account/login/")
    assert not is_signed_in(other)


@pytest.mark.django_db(transaction=True)
def test_who_signed_in_with_a_code_goes_on_when_they_replace_the_codes(client, admin):
    prepare(admin.user)
    app_of(admin.user)
    assert sign_in(client, admin.user, codes_of(admin.user)[0])
    client.post("/account/2fa/recovery-codes/generate/")
    assert client.get("/team/").status_code == 200


def test_recovery_codes_alone_are_no_second_step(client, admin):
    prepare(admin.user)
    app_of(admin.user)
    assert sign_in(client, admin.user, codes_of(admin.user)[0])
    assert client.get("/team/").status_code == 200
    Authenticator.objects.filter(type="totp").delete()
    assert client.get("/team/").url == reverse("mfa_index")


def test_the_last_app_of_an_administrator_stays(client, admin):
    prepare(admin.user)
    assert sign_in(client, admin.user, code_of(app_of(admin.user)))
    client.post(REMOVE_APP)
    assert Authenticator.objects.filter(type="totp").exists()
    passkey_of(admin.user)
    client.post(REMOVE_APP)
    assert not Authenticator.objects.filter(type="totp").exists()


def test_the_last_app_of_staff_stays(staff_client, staff):
    prepare(staff)
    assert sign_in(staff_client, staff, code_of(app_of(staff)))
    assert staff_client.get("/").status_code == 200
    staff_client.post(REMOVE_APP)
    assert Authenticator.objects.filter(type="totp").exists()
