"""What somebody sends instead of a passkey's answer is refused in words."""

import hashlib
import json
import time

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import make_password
from fido2.cose import ES256, CoseKey
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

ADD = "/account/2fa/webauthn/add/"
ASK_AGAIN = "/account/2fa/webauthn/reauthenticate/"
PASSWORD = "tulips in the rain"
NO_JSON = ["", "{", "[" * 9000, "9" * 5000, '{"id": ' + "9" * 5000 + "}", "[]", "7"]
NO_ANSWERS = [
    {"response": {"userHandle": "\ud800"}},
    {"id": "YQ", "rawId": "Yg", "response": {}},
    {"id": "YQ", "rawId": "YQ", "response": {"attestationObject": "YQ"}},
    {"id": "\ud800", "rawId": "\ud800"},
    {"rawId": {}, "response": []},
    {"response": None},
]
NOTHING = [*NO_JSON, *map(json.dumps, NO_ANSWERS)]
FLAGS = AuthenticatorData.FLAG


@pytest.fixture(params=["portal", "backoffice"])
def confirmed(request, client, staff_client, admin, staff):
    """Somebody of either site who said a moment ago who they are."""
    is_portal = request.param == "portal"
    found, user = (client, admin.user) if is_portal else (staff_client, staff)
    found.force_login(user)
    session = found.session
    said = {"method": "password", "at": time.time()}
    session["account_authentication_methods"] = [said]
    session.save()
    return found


def made(client, **more) -> dict:
    """What a browser sends of a new key, for the page that is open."""
    options = client.get(ADD).context["js_data"]["creation_options"]["publicKey"]
    public = ES256.from_cryptography_key(
        ec.generate_private_key(ec.SECP256R1()).public_key()
    )
    key = CoseKey(more.get("key", public))
    named = AttestedCredentialData.create(b"\0" * 16, b"one of ours", key)
    flags = FLAGS.UP | FLAGS.UV | (FLAGS.AT if more.get("has_key", True) else FLAGS(0))
    site = hashlib.sha256(options["rp"]["id"].encode()).digest()
    data = AuthenticatorData.create(site, flags, 0, named if FLAGS.AT in flags else b"")
    said = CollectedClientData.create(
        CollectedClientData.TYPE.CREATE,
        websafe_decode(options["challenge"]),
        f"https://{options['rp']['id']}",
    )
    return {
        "id": websafe_encode(b"one of ours"),
        "rawId": websafe_encode(b"one of ours"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(said),
            "attestationObject": websafe_encode(
                AttestationObject.create("none", data, {})
            ),
        },
        "clientExtensionResults": more.get("results", {"credProps": {"rk": True}}),
    }


def add(client, credential: str):
    return client.post(ADD, {"name": "Blue", "credential": credential})


def test_a_key_that_is_one_is_added(confirmed):
    """What the tests below would see if the rest of their requests were wrong."""
    assert add(confirmed, json.dumps(made(confirmed))).status_code == 302
    assert Authenticator.objects.filter(type="webauthn").count() == 1


@pytest.mark.parametrize("sent", NOTHING)
def test_what_is_no_new_key_is_refused_in_words(confirmed, sent):
    confirmed.get(ADD)
    page = add(confirmed, sent)
    assert page.status_code == 200
    assert page.context["form"].errors["credential"]
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"key": {1: 2, 3: -7, -1: 1}},
        {"key": {1: 2, 3: -7, -1: 9}},
        {"key": {1: 2, 3: -999}},
        {"has_key": False},
        {"results": []},
        {"results": {"credProps": []}},
        {"results": {"name": "\0"}},
        {"results": {"name": "\ud800"}},
    ],
)
def test_a_key_no_sign_in_could_work_with_is_refused(confirmed, more):
    page = add(confirmed, json.dumps(made(confirmed, **more)))
    assert page.status_code == 200
    assert page.context["form"].errors["credential"]
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("sent", NOTHING)
def test_what_answers_for_no_key_confirms_nothing(confirmed, sent):
    add(confirmed, json.dumps(made(confirmed)))
    session = confirmed.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    confirmed.post(ASK_AGAIN, {"credential": sent})
    assert "reauthenticate" in confirmed.get(ADD)["Location"]


@pytest.mark.parametrize("sent", NOTHING)
def test_what_answers_for_no_key_is_no_second_step(client, admin, confirmed, sent):
    add(confirmed, json.dumps(made(confirmed)))
    user = Authenticator.objects.get(type="webauthn").user
    user.password = make_password(PASSWORD)
    user.save()
    confirmed.cookies.clear()
    form = {"login": user.email, "password": PASSWORD}
    asked = confirmed.post("/account/login/", form)
    page = confirmed.post(asked["Location"], {"credential": sent})
    assert page.status_code == 200
    assert page.context["webauthn_form"].errors["credential"]


@pytest.mark.parametrize("sent", NOTHING)
def test_what_answers_for_no_key_signs_nobody_in(client, staff_client, db, sent):
    for caller in (client, staff_client):
        sent_back = caller.post("/account/2fa/webauthn/login/", {"credential": sent})
        assert sent_back["Location"] == "/account/login/"
