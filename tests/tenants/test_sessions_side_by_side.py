"""Of two requests of one session neither undoes what the other noted in it."""

import json
import time

import pytest
from django.test import override_settings

from tenants.models import Member
from tenants.sign_in import waiting_forms
from tests.support.clients import ProcessClient
from tests.support.races import while_waiting
from tests.support.waiting_requests import table_of_overrides

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser(acting_as, editor):
    """Used a while ago: the next request notes that it is used."""
    client = ProcessClient("portal", acting_as)
    client.force_login(editor.user)
    session = client.session
    session["seen_at"] = time.time() - 300
    session["left_behind"] = "by then"
    session.save()
    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        yield client


def test_a_page_that_was_slow_undoes_no_switch_of_customer(
    browser, editor, globex, number
):
    there = Member.objects.create(tenant=globex, user=editor.user, role="viewer")

    def switch() -> None:
        """As another window does."""
        session = browser.session
        session["tenant"] = there.tenant_id
        session[waiting_forms.KEY] = {"/tokens/": [0, 0, waiting_forms.DONE]}
        del session["left_behind"]
        session.save()

    answer = while_waiting(
        table_of_overrides, switch, lambda: browser.get(f"/numbers/{number.pk}/")
    )
    assert answer.status_code == 200
    session = browser.session
    assert session["tenant"] == there.tenant_id
    assert session[waiting_forms.KEY] == {"/tokens/": [0, 0, waiting_forms.DONE]}
    assert "left_behind" not in session
    # What the page itself noted is there as well, and the person stays signed in.
    assert time.time() - session["seen_at"] < 60
    assert browser.get("/profile/").status_code == 200


def test_of_forms_that_wait_each_window_notes_its_own(browser):
    session = browser.session
    session[waiting_forms.KEY] = {"/tokens/": [1, 1, "form"], "/old/": [1, 1, "form"]}
    session.save()
    first, second = browser.session, browser.session
    assert first[waiting_forms.KEY] == second[waiting_forms.KEY]
    first[waiting_forms.KEY] = {"/tokens/": (0, 0, waiting_forms.DONE)}
    first.save()
    second[waiting_forms.KEY] = {**second[waiting_forms.KEY], "/team/": (2, 1, "form")}
    second.save()
    assert browser.session[waiting_forms.KEY] == {
        "/tokens/": [0, 0, waiting_forms.DONE],
        "/team/": [2, 1, "form"],
    }
    # Saved once more, neither brings back what it had.
    second["seen_at"] = first["seen_at"] = time.time()
    first.save()
    second.save()
    assert set(browser.session[waiting_forms.KEY]) == {"/tokens/", "/team/"}


def test_what_waits_is_bounded_where_windows_note_it_at_once(browser):
    size = waiting_forms.LONGEST * 9 // 10
    windows = [browser.session for _ in range(8)]
    assert all(waiting_forms.KEY not in window for window in windows)
    # The newest is noted in the middle.
    moments = [1, 2, 3, 9, 4, 5, 6, 7]
    for at, window in zip(moments, windows, strict=True):
        window[waiting_forms.KEY] = {f"/tokens/?{at}": (at, 1, "x" * size)}
        window.save()
    kept = browser.session[waiting_forms.KEY]
    assert len(kept) == 8
    assert [at for at, (*_when, form) in kept.items() if form] == ["/tokens/?9"]
    assert len(json.dumps(kept)) < waiting_forms.LONGEST


def test_of_forms_that_are_short_as_many_wait_as_may(browser):
    """The control."""
    windows = [browser.session for _ in range(waiting_forms.MOST + 2)]
    assert all(waiting_forms.KEY not in window for window in windows)
    for at, window in enumerate(windows):
        window[waiting_forms.KEY] = {f"/tokens/?{at}": (at, 1, "form")}
        window.save()
    kept = browser.session[waiting_forms.KEY]
    waiting = [address for address, (*_when, form) in kept.items() if form]
    assert waiting == [f"/tokens/?{at}" for at in range(2, waiting_forms.MOST + 2)]
