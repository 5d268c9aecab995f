"""Of a form that nobody is known to have sent little is kept, and for minutes."""

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.support.clients import ProcessClient
from tests.support.session_ends import FORM, divert, olga, page, sign_in

__all__ = ["divert", "olga", "page"]


@pytest.fixture
def strict(acting_as, olga, settings):
    """A browser whose forms are checked as a real one's."""
    browser = ProcessClient("portal", acting_as, enforce_csrf_checks=True)
    browser.force_login(olga.user)
    return browser


def test_a_form_too_old_to_trust_keeps_what_was_typed(strict, page, settings):
    headers = {"referer": settings.PORTAL_URL + page, "sec-fetch-site": "same-origin"}
    answer = strict.post(f"{page}divert/", FORM, headers=headers)
    assert answer.status_code == 403
    assert "Calls were not diverted." in answer.text
    assert "Fair in Liège" in answer.text
    assert f'href="{page}"' in answer.text
    assert "Fair in Liège" in strict.get(page).text


def test_what_another_typed_is_not_filled_in(strict, page, settings, viewer):
    """Their page was open; who signed in since loads it as their own."""
    headers = {"referer": settings.PORTAL_URL + page, "sec-fetch-site": "same-origin"}
    form = {**FORM, "by_person": viewer.user_id}
    assert strict.post(f"{page}divert/", form, headers=headers).status_code == 403
    assert "Fair in Liège" not in strict.get(page).text


@pytest.mark.parametrize("fetched", ["", "cross-site"])
def test_the_way_back_is_to_the_page_or_says_that_it_is_not(
    strict, page, settings, fetched
):
    """A browser that says no page of its own is led to the first one."""
    for referer in (settings.PORTAL_URL + page, ""):
        headers = {"referer": referer, "sec-fetch-site": fetched}
        answer = strict.post(f"{page}divert/", FORM, headers=headers)
        assert (f'href="{page}"' in answer.text) is bool(referer)
        assert ("To the start page" in answer.text) is not bool(referer)


def test_another_site_plants_nothing(strict, page, settings):
    headers = {"referer": settings.PORTAL_URL + page, "sec-fetch-site": "cross-site"}
    assert strict.post(f"{page}divert/", FORM, headers=headers).status_code == 403
    assert "kept_form" not in strict.session


def test_htmx_loads_the_page_again(strict, page, settings):
    headers = {
        "referer": settings.PORTAL_URL + page,
        "sec-fetch-site": "same-origin",
        "hx-request": "true",
    }
    answer = strict.post(f"{page}divert/", FORM, headers=headers)
    assert answer["HX-Refresh"] == "true"
    assert "Calls were not diverted." in strict.get(page).text


@pytest.fixture
def post(client, page, settings):
    """What a visitor, of whom nobody knows anything, sends to a form."""

    def send(note: str):
        headers = {"referer": settings.PORTAL_URL + page}
        return client.post(f"{page}divert/", {**FORM, "note": note}, headers=headers)

    return send


def test_of_a_visitor_a_little_is_kept_for_minutes(client, post):
    post("n" * 1_000)
    assert "kept_form" in client.session
    row = Session.objects.get()
    assert row.expire_date < timezone.now() + dt.timedelta(minutes=16)


def test_a_visitor_stores_no_pages_of_text(client, post):
    assert post("n" * 2_000).status_code == 302
    assert not Session.objects.exists()


def test_whose_session_ended_keeps_pages_of_text(client, olga, divert, page):
    answer = divert(fields={"note": "n" * 19_000})
    assert sign_in(client, olga, answer) == page
    assert "n" * 19_000 in client.get(page).text


def test_an_address_is_kept_twenty_forms_an_hour(client, post):
    for _turn in range(20):
        post("one")
        assert "kept_form" in client.session
        client.cookies.clear()
    post("one too many")
    assert Session.objects.count() == 20


def test_signing_in_ends_the_short_life_of_a_visitors_session(client, olga, post):
    """Also by a passkey, for which allauth sets none."""
    post("one")
    client.force_login(olga.user)
    assert "kept_form" in client.session
    row = Session.objects.get(session_key=client.session.session_key)
    assert row.expire_date > timezone.now() + dt.timedelta(hours=11)
