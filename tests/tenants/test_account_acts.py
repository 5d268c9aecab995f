"""What a person does about their own sign-in works on both sides, with its rights."""

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail

from tests.support.second_steps import OTHER, PASSWORD
from tests.support.signed_in import is_signed_in
from tests.tenants.test_acts_on_second_steps import app_of, enter, passkey_of, side

__all__ = ["side"]
VISITORS = [
    "login/",
    "inactive/",
    "password/reset/",
    "password/reset/done/",
    "password/reset/key/done/",
]
ONES_OWN = [
    "reauthenticate/",
    "password/change/",
    "2fa/",
    "2fa/totp/deactivate/",
    "2fa/recovery-codes/",
    "2fa/recovery-codes/generate/",
    "2fa/reauthenticate/",
    "2fa/webauthn/",
    "2fa/webauthn/keys/{key}/edit/",
    "2fa/webauthn/keys/{key}/remove/",
    "sessions/",
    "logout/",
]


def opened(client, addresses: list[str]) -> dict[str, int]:
    return {one: client.get(f"/account/{one}").status_code for one in addresses}


def test_a_visitors_pages_open(side):
    client, _user = side
    assert set(opened(client, VISITORS).values()) == {200}


def test_every_page_of_ones_own_opens(side):
    client, user = side
    key = passkey_of(user)
    enter(client, user)
    app_of(user)
    RecoveryCodes.activate(user)
    found = opened(client, [address.format(key=key.pk) for address in ONES_OWN])
    assert {one: code for one, code in found.items() if code != 200} == {}


def test_who_signs_out_is_out(side):
    client, user = side
    enter(client, user)
    assert client.post("/account/logout/").status_code == 302
    assert not is_signed_in(client)


def test_a_first_password_is_set(side):
    client, user = side
    enter(client, user)
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    assert client.get("/account/password/set/").status_code == 200
    form = {"password1": OTHER, "password2": OTHER}
    assert client.post("/account/password/set/", form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(OTHER)


def test_a_forgotten_password_is_chosen_anew(
    side, at_once, django_capture_on_commit_callbacks
):
    client, user = side
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/password/reset/", {"email": user.email})
    (letter,) = mail.outbox
    path = re.findall(r"http://[^/]+(/account/password/\S+)", str(letter.body))[0]
    page = client.get(path, follow=True)
    form = {"password1": OTHER, "password2": OTHER}
    assert client.post(page.redirect_chain[-1][0], form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(OTHER)


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_another_language_is_kept(side, language):
    client, user = side
    enter(client, user)
    assert user.check_password(PASSWORD)
    client.post("/language/setlang/", {"language": language})
    user.refresh_from_db()
    assert user.language == language


def test_who_is_signed_in_says_again_who_they_are(side):
    client, user = side
    enter(client, user)
    assert (
        client.post("/account/reauthenticate/", {"password": OTHER}).status_code == 200
    )
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
