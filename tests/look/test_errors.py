"""Every error page: in the look and the language of the portal, and helpful."""

import html
import re

import pytest
from django.http import HttpRequest
from django.utils.translation import gettext, override

HEADINGS = {
    "400": "The request was not understood",
    "403": "Your role does not allow this",
    "csrf": "This form has expired",
    "404": "This page does not exist",
    "500": "Something went wrong on our side",
    "503": "The portal is not available right now",
}
STATUS = {"csrf": 403}


@pytest.fixture
def failing(client):
    client.urlconf = "tests.support.error_urls"
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
@pytest.mark.parametrize("kind", HEADINGS)
def test_each_error_is_explained_in_each_language(failing, kind, language):
    answer = failing.get(f"/fail/{kind}/", headers={"accept-language": language})
    assert answer.status_code == (STATUS.get(kind) or int(kind))
    with override(language):
        heading = gettext(HEADINGS[kind])
    text = html.unescape(answer.text)
    assert f'<html lang="{language}">' in text
    assert re.findall(r"<h1>\s*(.*?)\s*</h1>", text) == [heading]
    assert "css/app.css" in text


@pytest.mark.parametrize("kind", HEADINGS)
def test_a_person_signed_in_keeps_the_way_back(failing, viewer, kind):
    failing.force_login(viewer.user)
    answer = failing.get(f"/fail/{kind}/")
    assert 'class="btn btn-primary" href=' in answer.text


def test_the_page_of_a_mistake_asks_the_database_nothing(
    failing, viewer, django_assert_num_queries
):
    from vms_portal.kernel.web.errors import server_error

    with django_assert_num_queries(0):
        answer = server_error(HttpRequest())
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


def test_the_page_of_a_mistake_names_the_line_in_the_log(failing):
    answer = failing.get("/fail/500/", headers={"x-request-id": "abcdef123456"})
    assert answer.headers["X-Request-ID"] == "abcdef123456"
    assert "Reference for the help desk: abcdef123456" in answer.text


def test_a_server_that_is_away_is_not_a_mistake(failing):
    answer = failing.get("/fail/503/")
    assert answer.headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("kind", "error"),
    [("404", "not_found"), ("500", "server_error"), ("503", "not_available")],
)
def test_a_program_is_told_as_data(failing, kind, error):
    answer = failing.get(f"/api/v1/fail/{kind}/", headers={"x-request-id": "a" * 12})
    assert answer.status_code == int(kind)
    told = answer.json()
    assert set(told) == {"error", "message", "detail"}
    assert told["error"] == error
    assert told["detail"] == ({"reference": "a" * 12} if kind == "500" else {})
