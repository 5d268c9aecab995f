"""A session that ends while its request runs is answered as one that ended before."""

import time
from functools import partial

import pytest
from django.db import connection
from django.test import override_settings

from numbers.models import GeographicNumber
from routing.models import Override
from tenants.models import AuditEvent
from tests.support.clients import ProcessClient
from tests.support.races import while_waiting
from tests.support.session_ends import FORM
from tests.support.waiting_requests import from_the_list, in_another_window, row

SAID = "Your session ended. Calls were not diverted."

pytestmark = pytest.mark.django_db(transaction=True)


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
def divert(browser, number, page, settings):
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
def test_what_was_not_done_is_said_and_what_was_typed_is_kept(
    browser, editor, divert, page, end
):
    answer = divert(end)
    is_ended = end in ENDS
    assert (SAID in browser.get(answer["Location"]).text) is is_ended
    assert Override.objects.exists() is not is_ended
    told = AuditEvent.objects.filter(action="number.diverted")
    assert told.exists() is not is_ended
    assert (browser.get("/profile/").status_code == 302) is is_ended
    if is_ended:
        kept = browser.session["kept_form"]
        assert ["reason", "Fair in Liège"] in kept["fields"]
        assert (kept["page"], kept["person"]) == (page, str(editor.user_id))


def test_htmx_leaves_the_page_for_the_sign_in(browser, divert):
    answer = divert(from_the_list, **{"hx-request": "true"})
    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith("/account/login/")
    assert SAID in browser.get(answer["HX-Redirect"]).text


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
    assert Override.objects.exists() is not is_ended
    if is_ended:
        assert answer.json()["error"] == "not_authenticated"
        assert answer.json()["message"] == "Your session ended. Nothing was changed."


def table_of_overrides() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE routing_override IN ACCESS EXCLUSIVE MODE")


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
    assert (browser.get("/profile/").status_code == 302) is (end in ENDS)
