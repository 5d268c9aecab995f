"""Whatever a person does with their second steps, the process's role may do."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import ProgrammingError, transaction
from django.test import override_settings

from tenants.models import AuditEvent, User
from tests.support.clients import ProcessClient
from tests.support.second_steps import OTHER, PASSWORD, prepare
from tests.support.signed_in import is_signed_in

ACCOUNT = "/account"


@pytest.fixture(params=["portal", "backoffice"])
def side(request, acting_as, admin, staff):
    """A client of either process, and a person who signs in there with an app."""
    user: User = admin.user if request.param == "portal" else staff
    prepare(user)
    client = ProcessClient(request.param, acting_as)
    with override_settings(PROCESS=client.process, ROOT_URLCONF=client.urlconf):
        yield client, user


def app_of(user: User) -> str:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    counter = int(time.time()) // 30
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def codes_of(user: User) -> list[str]:
    return RecoveryCodes.activate(user).get_unused_codes()


def passkey_of(user: User) -> Authenticator:
    return Authenticator.objects.create(
        user=user, type="webauthn", data={"name": "Old", "credential": {}}
    )


def sign_in(client, user: User, code: str) -> bool:
    client.cookies.clear()
    asked = client.post(
        f"{ACCOUNT}/login/", {"login": user.email, "password": PASSWORD}
    )
    assert asked.status_code == 302
    answer = client.post(asked["Location"], {"code": code})
    assert answer.status_code in (200, 302)
    return answer.status_code == 302


def enter(client, user: User) -> None:
    """Sign in, having said a moment ago who it is."""
    client.force_login(user)
    answer = client.post(f"{ACCOUNT}/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302


def recorded(action: str) -> list[str]:
    found = AuditEvent.objects.filter(action=action).order_by("pk")
    return [event.detail.get("kind", "") for event in found]


def test_a_recovery_code_signs_in_once(side):
    client, user = side
    app_of(user)
    first, second, *_rest = codes_of(user)
    assert sign_in(client, user, first)
    assert not sign_in(client, user, first)
    assert sign_in(client, user, second)
    assert len(codes_of(user)) == 8
    used = Authenticator.objects.get(user=user, type="recovery_codes")
    assert used.last_used_at is not None


def test_a_recovery_code_that_was_used_stays_used(side, settings):
    """The mark in the row refuses it; the one in the cache is gone after a while."""
    client, user = side
    backend = "django.core.cache.backends.dummy.DummyCache"
    settings.CACHES = {"default": {"BACKEND": backend}}
    app_of(user)
    first, *_rest = codes_of(user)
    assert sign_in(client, user, first)
    assert not sign_in(client, user, first)


def test_a_recovery_code_confirms_who_it_is_once(side):
    client, user = side
    app_of(user)
    first, *_rest = codes_of(user)
    client.force_login(user)
    address = f"{ACCOUNT}/2fa/reauthenticate/"
    assert client.post(address, {"code": first}).status_code == 302
    assert client.post(address, {"code": first}).status_code == 200
    assert len(codes_of(user)) == 9
    assert client.get(f"{ACCOUNT}/2fa/recovery-codes/").status_code == 200


def test_a_passkey_gets_another_name(side):
    client, user = side
    key = passkey_of(user)
    enter(client, user)
    address = f"{ACCOUNT}/2fa/webauthn/keys/{key.pk}/edit/"
    assert client.post(address, {"name": "New"}).status_code == 302
    key.refresh_from_db()
    assert str(key) == "New"


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_gets_new_codes_and_is_removed(side):
    client, user = side
    passkey_of(user)
    enter(client, user)
    client.get(f"{ACCOUNT}/2fa/totp/activate/")
    code = code_of(client.session["mfa.totp.secret"])
    answer = client.post(f"{ACCOUNT}/2fa/totp/activate/", {"code": code})
    assert answer.status_code == 302
    shown = client.get(f"{ACCOUNT}/2fa/recovery-codes/")
    assert codes_of(user)[0] in shown.content.decode()
    old = codes_of(user)
    answer = client.post(f"{ACCOUNT}/2fa/recovery-codes/generate/")
    assert answer.status_code == 302
    assert not set(old) & set(codes_of(user))
    assert client.get(f"{ACCOUNT}/2fa/recovery-codes/download/").status_code == 200
    assert client.post(f"{ACCOUNT}/2fa/totp/deactivate/").status_code == 302
    kinds = set(Authenticator.objects.values_list("type", flat=True))
    assert kinds == {"webauthn", "recovery_codes"}
    assert "totp" in recorded("person.second_factor_removed")


def test_one_of_two_passkeys_is_removed(side):
    client, user = side
    first, second = passkey_of(user), passkey_of(user)
    enter(client, user)
    address = f"{ACCOUNT}/2fa/webauthn/keys/{first.pk}/remove/"
    assert client.post(address).status_code == 302
    assert Authenticator.objects.get() == second


def test_a_passkey_leaves_by_its_form_alone(side):
    """By DELETE the last one went, and nobody heard of it."""
    client, user = side
    key = passkey_of(user)
    enter(client, user)
    address = f"{ACCOUNT}/2fa/webauthn/keys/{key.pk}/remove/"
    assert client.delete(address).status_code == 405
    assert Authenticator.objects.get() == key


def test_another_password_is_chosen_and_other_sessions_end(side, acting_as):
    client, user = side
    other = ProcessClient(client.process, acting_as)
    app_of(user)
    codes = codes_of(user)
    for one in (other, client):
        assert sign_in(one, user, codes.pop())
    assert client.get(f"{ACCOUNT}/sessions/").status_code == 200
    assert client.post(f"{ACCOUNT}/sessions/").status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(other)
    form = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert client.post(f"{ACCOUNT}/password/change/", form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(OTHER)


@pytest.mark.parametrize("role", ["vms_app", "vms_staff"])
@pytest.mark.parametrize("column", ["user_id", "type"])
def test_no_role_makes_a_second_step_another_ones(acting_as, admin, role, column):
    """The control: what allauth would save is refused if it is saved whole."""
    key = passkey_of(admin.user)
    with (
        acting_as(role, user=admin.user_id),
        pytest.raises(ProgrammingError, match="denied"),
        transaction.atomic(),
    ):
        key.save(update_fields=[column])


def test_a_second_step_that_is_saved_whole_is_saved_as_far_as_it_may_change(
    acting_as, admin
):
    key = passkey_of(admin.user)
    with acting_as("vms_app", user=admin.user_id):
        key.data["name"] = "New"
        key.save()
    key.refresh_from_db()
    assert key.data["name"] == "New"
