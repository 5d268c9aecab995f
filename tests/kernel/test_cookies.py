"""What a browser keeps: unreadable for scripts, and under TLS this host's alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.middleware.csrf import get_token

from tests.support.clients import ProcessClient
from vms_portal.kernel.web.message_cookie import NamedCookieStorage

PASSWORD = "correct horse battery staple"
# A form that has no page of its own stands on this one.
PAGES = {"/language/setlang/": "/"}
ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json
from django.conf import settings
names = ("SESSION", "CSRF", "LANGUAGE")
print(json.dumps([settings.MESSAGES_COOKIE_NAME, [
    [getattr(settings, f"{n}_COOKIE_{what}") for what in
     ("NAME", "SECURE", "HTTPONLY", "DOMAIN", "PATH", "SAMESITE")] for n in names
]]))
"""


@pytest.mark.parametrize("process", ["portal", "backoffice"])
@pytest.mark.parametrize("https", [True, False])
def test_names_and_flags(process, https):
    environment = {
        **os.environ,
        "VMS_PROCESS": process,
        "VMS_HTTPS": "1" if https else "",
        "DJANGO_SETTINGS_MODULE": "vms_portal.settings",
    }
    command = [sys.executable, "-c", ASK]
    out = subprocess.check_output(command, env=environment, cwd=ROOT, text=True)
    messages, others = json.loads(out)
    # It takes the rest from the session's.
    assert messages.startswith("__Host-") is https
    assert process in messages
    for name, secure, http_only, domain, path, same_site in others:
        assert name.startswith("__Host-") is https
        assert process in name
        assert secure is https
        assert http_only
        assert (domain, path, same_site) == (None, "/", "Lax")


def test_the_form_token_is_hidden_from_scripts_and_ends_with_the_browser(
    client, settings, db
):
    client.get("/account/login/")
    cookie = client.cookies[settings.CSRF_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["max-age"] == ""


def test_what_a_page_says_once_is_kept_under_a_name_of_this_process(
    client, settings, editor
):
    """Messages have a cookie too, and under TLS no other host may set it."""
    client.force_login(editor.user)
    form = {"name": "Eddy Peeters", "language": "nl"}
    answer = client.post("/profile/", form)
    kept = {name for name, cookie in answer.cookies.items() if cookie.value}
    said = [name for name in kept if "messages" in name]
    assert said == [settings.MESSAGES_COOKIE_NAME]
    assert answer.cookies[said[0]]["httponly"]
    assert all(name.startswith(settings.COOKIE_PREFIX) for name in kept)


KEPT = ("SESSION", "CSRF", "LANGUAGE", "MESSAGES")


@pytest.fixture
def under_tls(settings, monkeypatch) -> None:
    """What the settings make of ``VMS_HTTPS``."""
    for name in KEPT:
        setattr(settings, f"{name}_COOKIE_NAME", f"__Host-vms_portal_{name.lower()}")
        setattr(settings, f"{name}_COOKIE_SECURE", True)
    # Read once, as the process starts.
    named = settings.MESSAGES_COOKIE_NAME
    monkeypatch.setattr(NamedCookieStorage, "cookie_name", named)
    settings.CSRF_TRUSTED_ORIGINS = []


def refused_by_a_browser(answer) -> list[str]:
    """Return the cookies, those that end too, that no browser takes as __Host-."""
    return [
        name
        for name, cookie in answer.cookies.items()
        if not name.startswith("__Host-")
        or not (cookie["secure"] and cookie["path"] == "/" and not cookie["domain"])
    ]


@pytest.mark.usefixtures("under_tls")
def test_a_whole_visit_under_tls_keeps_cookies_a_browser_takes(acting_as, viewer):
    """Signing in, a sentence shown once, the language, signing out."""
    viewer.user.set_password(PASSWORD)
    viewer.user.save()
    client = ProcessClient("portal", acting_as, enforce_csrf_checks=True)
    host = client.defaults["HTTP_HOST"]
    visit = [
        ("/account/login/", {"login": viewer.user.email, "password": PASSWORD}),
        ("/profile/", {"name": "Vera", "language": "nl"}),
        ("/language/setlang/", {"language": "fr", "next": "/"}),
        ("/account/logout/", {}),
    ]
    seen = set()
    for address, fields in visit:
        page = client.get(PAGES.get(address, address), secure=True)
        token = get_token(page.wsgi_request)
        answer = client.post(
            address,
            {**fields, "csrfmiddlewaretoken": token},
            secure=True,
            headers={"Referer": f"https://{host}{address}"},
        )
        assert answer.status_code == 302, address
        assert refused_by_a_browser(page) == refused_by_a_browser(answer) == []
        seen |= {*page.cookies, *answer.cookies}
    assert len(seen) >= 3
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("under_tls")
def test_a_form_of_another_host_is_refused_under_tls(acting_as, db):
    client = ProcessClient("portal", acting_as, enforce_csrf_checks=True)
    page = client.get("/account/login/", secure=True)
    sent = {"csrfmiddlewaretoken": get_token(page.wsgi_request)}
    for said in ({}, {"Referer": "https://evil.example/"}, {"Origin": "http://x"}):
        answer = client.post("/account/login/", sent, secure=True, headers=said)
        assert answer.status_code == 403, said


def test_a_cookie_that_no_browser_takes_is_noticed(client, settings, db):
    """The control: without TLS."""
    settings.CSRF_COOKIE_SECURE = False
    assert refused_by_a_browser(client.get("/account/login/"))
