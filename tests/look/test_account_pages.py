"""allauth's pages and messages in the look and words of the portal."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from tenants.tasks import send_password_reset

PAGES = [
    "2fa/",
    "2fa/totp/activate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "sessions/",
    "password/change/",
    "logout/",
    "reauthenticate/",
]


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_ours_with_one_heading(client, viewer, page):
    viewer.user.set_password("a long enough word")
    viewer.user.save()
    client.force_login(viewer.user)
    answer = client.get(f"/account/{page}", follow=True)
    assert answer.status_code == 200
    headings = re.findall(r"<h1>\s*(.*?)\s*</h1>", answer.text)
    assert len(headings) == 1
    assert headings[0]
    assert 'class="page"' in answer.text


def test_signing_in_offers_a_passkey_and_the_demo_only_in_the_demo(client, settings):
    text = client.get("/account/login/").text
    assert 'id="passkey_login"' in text
    assert "mfa/js/webauthn.js" in text
    assert "/demo/" not in text
    settings.DEMO = True
    client.urlconf = "tests.support.demo_urls"
    assert 'href="/demo/"' in client.get("/account/login/").text


def test_a_wrong_password_keeps_the_address_and_says_why(client, viewer):
    answer = client.post(
        "/account/login/", {"login": viewer.user.email, "password": "wrong"}
    )
    assert 'role="alert"' in answer.text
    assert f'value="{viewer.user.email}"' in answer.text


def test_the_mail_for_a_new_password_is_polite_and_has_the_link(viewer):
    user = viewer.user
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    send_password_reset(user.email, "portal")
    (sent,) = mail.outbox
    assert "/account/password/reset/key/" in sent.body
    assert "works once and for one hour" in sent.body
    assert "!" not in sent.body
