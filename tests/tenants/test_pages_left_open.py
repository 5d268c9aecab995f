"""A page that asks by itself keeps no session alive; what a person does, does."""

import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.signed_in import age

UNATTENDED = {"X-Unattended": "1"}


@pytest.mark.parametrize("process", ["client", "staff_client"])
@pytest.mark.parametrize("is_attended", [True, False])
def test_what_a_page_asks_for_by_itself_is_no_use(
    request, viewer, staff, process, is_attended
):
    browser = request.getfixturevalue(process)
    browser.force_login(viewer.user if process == "client" else staff)
    age(browser, seen_at=600)
    before = browser.session["seen_at"]
    browser.get("/", headers={} if is_attended else UNATTENDED)
    assert (browser.session["seen_at"] > before) is is_attended


def test_a_page_left_open_ends_with_its_session(client, viewer):
    client.force_login(viewer.user)
    age(client, seen_at=settings.SESSION_IDLE_SECONDS - 60)
    assert client.get("/", headers=UNATTENDED).wsgi_request.user.is_authenticated
    age(client, seen_at=settings.SESSION_IDLE_SECONDS + 1)
    assert not client.get("/", headers=UNATTENDED).wsgi_request.user.is_authenticated


def test_a_form_is_use_wherever_it_stands(client, viewer):
    """In a part that renews itself its header is inherited."""
    client.force_login(viewer.user)
    age(client, seen_at=600)
    client.post("/tokens/", {}, headers=UNATTENDED)
    assert time.time() - client.session["seen_at"] < 60


def test_every_page_that_asks_again_and_again_says_so():
    templates = Path(settings.BASE_DIR) / "templates"
    asking = {
        file.name: tag
        for file in templates.rglob("*.html")
        for tag in re.findall(
            r"<[a-z](?:[^<>]|\{%.*?%\})*hx-trigger=\"[^\"]*every [^\"]*\"[^>]*",
            file.read_text(),
        )
    }
    assert len(asking) >= 6
    silent = [name for name, tag in asking.items() if '"X-Unattended"' not in tag]
    assert silent == []
