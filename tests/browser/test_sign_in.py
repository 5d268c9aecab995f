"""Signing in for real: password and code, then a passkey."""

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from demo.people import code_of
from tenants.models import Member

PASSWORD = "correct horse battery"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def alice(admin) -> Member:
    """An administrator with a password and an authenticator app."""
    user = admin.user
    # The tests' own quick hasher is unknown to the running portal.
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    user.save()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    totp.TOTP.activate(user, totp.generate_totp_secret())
    return admin


def enter(page: Page, member: Member) -> None:
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(member.user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=code]").fill(code_of(member.user, time.time()))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme SA")


def test_password_and_code_open_the_portal(page, alice, number):
    enter(page, alice)


def test_the_password_alone_does_not(page, alice):
    page.goto("/account/login/")
    page.locator("input[name=login]").fill(alice.user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("input[name=code]")).to_be_visible()

    page.goto("/numbers/")

    expect(page.locator("input[name=code]")).to_be_visible()


def test_a_passkey_opens_it_without_either(page, alice, number):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    enter(page, alice)
    page.goto("/account/2fa/webauthn/add/", wait_until="networkidle")
    # Who signed in a moment ago is not asked once more.
    page.locator("input[name=passwordless]").check()
    page.get_by_role("button", name="Add a key").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    page.context.clear_cookies()

    page.goto("/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Acme SA")
