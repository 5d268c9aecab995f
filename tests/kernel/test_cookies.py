"""What a browser keeps: unreadable for scripts, and under TLS this host's alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_the_form_token_is_hidden_from_scripts_and_ends_with_the_browser(client, db):
    client.get("/account/login/")
    cookie = client.cookies["vms_portal_csrf"]
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
    assert said == ["vms_portal_messages"]
    assert answer.cookies[said[0]]["httponly"]
    assert all(name.startswith(settings.COOKIE_PREFIX) for name in kept)
