"""A session that ends while its request runs is answered as one that ended before."""

import time
from functools import partial

import pytest
from django.conf import settings
from django.test import override_settings

from numbers.models import GeographicNumber
from routing.models import Override
from tenants.models import AuditEvent
from tests.support.clients import ProcessClient
from tests.support.races import while_waiting
from tests.support.session_ends import FORM
from tests.support.waiting_requests import (
    from_the_list,
    gone,
    in_another_window,
    new_password,
    row,
    table_of_overrides,
)

SAID = "Calls were not diverted."

pytestmark = pytest.mark.django_db(transaction=True)
HOW = "Sign in again in another window"


def nothing(client) -> None:
    """The control."""


ENDS = [from_the_list, in_another_window]


@pytest.fixture
def browser(acting_as, editor):
    """Used a while ago: its session is written at the end of the next request."""
    client = ProcessClient("portal", acting_as)
    client.force_login(editor.user)
    session = client.session
    session["seen_at"] = time.time() - 300
    session.save()
    with override_settings(PROCESS="portal", ROOT_URLCONF=client.urlconf):
        yield client


@pytest.fixture
def page(number) -> str:
    return f"/numbers/{number.pk}/"


@pytest.fixture
def divert(browser, number, page):
    """Send the form of a diversion, which waits for the number meanwhile."""

    def send(end, **headers):
        form = {**FORM, "to": "line", "other": ""}
        headers = {"referer": settings.PORTAL_URL + page, **headers}
        return while_waiting(
            row(GeographicNumber, number.pk),
            partial(end, browser),
            lambda: browser.post(f"{page}divert/", form, headers=headers),
        )

    return send


@pytest.mark.parametrize("end", [*ENDS, nothing])
def test_the_api_says_it_as_data(browser, number, end):
    answer = while_waiting(
        row(GeographicNumber, number.pk),
        partial(end, browser),
        lambda: browser.post(
            f"/api/v1/numbers/{number.pk}/divert/",
            {"destination": "line"},
            content_type="application/json",
        ),
    )
    is_ended = end in ENDS
    assert answer.status_code == (401 if is_ended else 201), answer.text
    assert (cookie_name() in answer.cookies) is not is_ended
    assert Override.objects.exists() is not is_ended
    if is_ended:
        assert answer.json()["error"] == "not_authenticated"
        assert answer.json()["message"] == "Your session ended. Nothing was changed."


@pytest.mark.parametrize("end", [*ENDS, nothing])
@pytest.mark.parametrize("form", [None, {"to": "", "other": "abc", "until": "4h"}])
def test_what_changes_nothing_is_answered_in_full(browser, page, end, form):
    """A page that was opened, and one with what is wrong with the form."""
    ask = (
        partial(browser.get, page)
        if form is None
        else partial(browser.post, f"{page}divert/", form)
    )
    answer = while_waiting(table_of_overrides, partial(end, browser), ask)
    assert answer.status_code == (200 if form is None else 422)
    assert (cookie_name() in answer.cookies) is not (end in ENDS)
    assert (browser.get("/profile/").status_code == 302) is (end in ENDS)


@pytest.mark.parametrize("end", [*ENDS, nothing])
def test_what_was_not_done_is_said_beside_what_was_typed(browser, divert, end):
    answer = divert(end)
    is_ended = end in ENDS
    assert answer.status_code == (403 if is_ended else 302)
    assert Override.objects.exists() is not is_ended
    told = AuditEvent.objects.filter(action="number.diverted")
    assert told.exists() is not is_ended
    assert (cookie_name() in answer.cookies) is not is_ended
    assert (browser.get("/profile/").status_code == 302) is is_ended
    if is_ended:
        assert SAID in answer.text
        assert "now go to" not in answer.text
        assert HOW in answer.text
        assert "<q>Fair in Liège</q>" in answer.text
        # As a visitor sees it: who it was is signed in no more.
        assert "emil" not in answer.text.lower()


def test_htmx_says_it_beside_the_form(divert):
    answer = divert(from_the_list, **{"hx-request": "true"})
    assert answer.status_code == 403
    assert answer["HX-Retarget"] == "#toasts"
    assert SAID in answer.text
    assert HOW in answer.text
    assert "<html" not in answer.text
    assert cookie_name() not in answer.cookies


@pytest.mark.parametrize("end", [new_password, gone])
@pytest.mark.parametrize("is_part", [False, True])
def test_an_access_that_went_is_answered_as_a_session_that_did(
    editor, divert, end, is_part
):
    headers = {"hx-request": "true"} if is_part else {}
    answer = divert(lambda client: end(editor.user), **headers)
    assert answer.status_code == 403
    assert SAID in answer.text
    assert HOW in answer.text
    assert ("HX-Retarget" in answer) is is_part
    assert is_part or "<q>Fair in Liège</q>" in answer.text
    assert cookie_name() not in answer.cookies
    assert not Override.objects.exists()


def cookie_name() -> str:
    return settings.SESSION_COOKIE_NAME
