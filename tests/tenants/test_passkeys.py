"""A passkey signs in alone, as a second step, and says once more who it is."""

import json

import pytest
from allauth.mfa.models import Authenticator

from tests.support.second_steps import PASSWORD
from tests.support.signed_in import is_signed_in
from tests.support.soft_key import SoftKey
from tests.tenants.test_acts_on_second_steps import enter, side

__all__ = ["side"]
KEYS = "/account/2fa/webauthn"
AJAX = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def holder(side):
    """A client of either process, its person, and the passkey they added."""
    client, user = side
    enter(client, user)
    key = SoftKey()
    sent = json.dumps(key.made(client.get(f"{KEYS}/add/").context["js_data"]))
    form = {"name": "Ring", "credential": sent, "passwordless": "on"}
    assert client.post(f"{KEYS}/add/", form).status_code == 302
    return client, user, key


def used(user) -> bool:
    found = Authenticator.objects.get(user=user, type="webauthn")
    return found.last_used_at is not None


def test_it_signs_in_alone(holder):
    client, user, key = holder
    client.cookies.clear()
    asked = client.get(f"{KEYS}/login/", headers=AJAX).json()
    sent = {"credential": json.dumps(key.answer(asked))}
    assert client.post(f"{KEYS}/login/", sent).status_code == 302
    assert is_signed_in(client)
    assert used(user)


def test_it_is_the_second_step_after_a_password(holder):
    client, user, key = holder
    client.cookies.clear()
    form = {"login": user.email, "password": PASSWORD}
    address = client.post("/account/login/", form)["Location"]
    asked = json.loads(json.dumps(client.get(address).context["js_data"], default=str))
    sent = {"credential": json.dumps(key.answer(asked))}
    assert client.post(address, sent).status_code == 302
    assert is_signed_in(client)
    assert used(user)


def test_it_says_once_more_who_it_is(holder):
    client, user, key = holder
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    assert "reauthenticate" in client.get(f"{KEYS}/add/")["Location"]
    asked = client.get(f"{KEYS}/reauthenticate/").context["js_data"]
    sent = {"credential": json.dumps(key.answer(asked))}
    assert client.post(f"{KEYS}/reauthenticate/", sent).status_code == 302
    assert client.get(f"{KEYS}/add/").status_code == 200
    assert used(user)


def test_another_key_does_nothing_of_it(holder):
    """The control: the same words, signed by somebody else."""
    client, user, key = holder
    other = SoftKey()
    other.handle = key.handle
    client.cookies.clear()
    asked = client.get(f"{KEYS}/login/", headers=AJAX).json()
    sent = {"credential": json.dumps(other.answer(asked))}
    assert client.post(f"{KEYS}/login/", sent)["Location"] == "/account/login/"
    assert not is_signed_in(client)
    assert not used(user)
