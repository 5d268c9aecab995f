"""Signing a person in to a browser without the forms of the sign-in."""

import os
import time

from django.conf import settings
from django.test import override_settings
from playwright.sync_api import BrowserContext

from tenants.models import User
from tests.support.clients import SecretCookieClient


def sign_in(
    context: BrowserContext,
    user: User,
    process: str = "portal",
    *,
    recently: bool = False,
) -> None:
    """Give the browser a session of ``user``, second factor included.

    The running processes find it in the database, so the test must commit it.
    ``recently``: the password was typed a moment ago, so nobody asks for it again.
    """
    client = SecretCookieClient()
    # Each process keeps its sessions in a table of its own, and signs with its key.
    key = os.environ[f"SECRET_KEY_{process.upper()}"]
    with override_settings(PROCESS=process, SECRET_KEY=key):
        client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
        session = client.session
        session["second_factor"] = "test"
        if recently:
            typed = {"method": "password", "at": time.time(), "reauthenticated": True}
            session["account_authentication_methods"] = [typed]
            session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    cookie = f"vms_{process}_session"
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": cookie, "value": value, "domain": "localhost", "path": "/"}]
    )
