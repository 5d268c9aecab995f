"""Routing over the API: the same acts as the pages, as data."""

import datetime as dt

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from numbers.models import DestinationPolicy
from routing.models import Override
from tests.routing.conftest import MOBILE, make_live, ring

HOUR = dt.timedelta(hours=1)
PASSWORD = "tulips in the rain"


def url(number, act):
    return f"/api/v1/numbers/{number.pk}/{act}/"


def post(client, number, act, data, **headers):
    return client.post(
        url(number, act), data, content_type="application/json", headers=headers
    )


def test_it_says_where_calls_go(api, number, viewer):
    found = api(viewer).get(url(number, "where-now")).json()
    assert (found["state"], found["destination"]) == ("normal", "line")
    assert found["sentence"]


def test_a_number_is_diverted_for_four_hours_unless_said(api, number, operator_member):
    client = api(operator_member)
    answer = post(client, number, "divert", {"destination": "0470 11 22 33"})
    assert answer.status_code == 201
    made = Override.objects.get()
    assert made.destination == MOBILE
    assert made.until is not None
    assert made.until - made.starts_at == 4 * HOUR
    post(client, number, "divert", {"destination": MOBILE, "until": None})
    assert Override.objects.get(ended_at=None).until is None


@pytest.mark.parametrize(
    ("cap", "words"),
    [
        (0, "Your organisation may use no new outside destinations"),
        (1, "Your organisation used the 1 new outside destination of today"),
    ],
)
def test_the_cap_of_new_destinations_says_what_is_so(
    api, acme, number, editor, cap, words
):
    DestinationPolicy.objects.create(tenant=acme, daily_cap=cap)
    client = api(editor)
    for last in range(cap):
        allowed = {"destination": f"+3247011220{last}"}
        assert post(client, number, "divert", allowed).status_code == 201
    answer = post(client, number, "divert", {"destination": MOBILE})
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_borrowed_browser_sends_calls_to_no_new_number(client, number, editor):
    user = editor.user
    user.password = make_password(PASSWORD)
    user.save()
    client.force_login(user)
    answer = post(client, number, "divert", {"destination": "0470/11.22.33"})
    assert answer.status_code == 403
    assert answer.json()["error"] == "reauthentication_required"
    assert not Override.objects.exists()
    inside = post(client, number, "divert", {"destination": "site:brussels"})
    assert inside.status_code == 201

    client.post("/account/reauthenticate/", {"password": PASSWORD})
    answer = post(client, number, "divert", {"destination": "0470/11.22.33"})
    assert answer.status_code == 201


def test_the_same_request_twice_diverts_once(api, number, operator_member):
    client = api(operator_member)
    data = {"destination": MOBILE}
    for _n in range(2):
        answer = post(client, number, "divert", data, idempotency_key="flood-1")
        assert answer.status_code == 201
    assert Override.objects.count() == 1


def test_a_diversion_is_stopped_once(api, number, operator_member):
    client = api(operator_member)
    post(client, number, "divert", {"destination": MOBILE})
    assert client.delete(url(number, "divert")).status_code == 200
    answer = client.delete(url(number, "divert"))
    assert (answer.status_code, answer.json()["error"]) == (409, "nothing_to_end")
    assert answer.json()["detail"]["state"] == "normal"


def test_who_may_only_send_calls_is_not_told_where_they_go(
    api, number, operator_member
):
    writing = api(operator_member, "routing:write")
    assert writing.get(url(number, "where-now")).status_code == 403
    made = post(writing, number, "divert", {"destination": MOBILE})
    assert (made.status_code, made.json()["where_now"]) == (201, None)
    ended = writing.delete(url(number, "divert"))
    assert (ended.status_code, ended.json()["where_now"]) == (200, None)
    again = writing.delete(url(number, "divert"))
    assert (again.status_code, again.json()["detail"]) == (409, {})
    # The control: who may read is told.
    both = api(operator_member, "routing:read", "routing:write")
    made = post(both, number, "divert", {"destination": MOBILE})
    assert made.json()["where_now"]["state"] == "diverted"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"destination": "112"}, "destination"),
        ({}, "destination"),
        ({"destination": MOBILE, "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"destination": MOBILE, "until": "2206-01-01T00:00:00Z"}, "until"),
    ],
)
def test_a_refusal_names_the_field(api, number, operator_member, data, field):
    answer = post(api(operator_member), number, "divert", data)
    assert answer.status_code == 400
    assert list(answer.json()["detail"]) == [field]
    assert not Override.objects.exists()


def test_a_call_is_simulated(api, library, number, viewer, editor):
    make_live(number, ring(MOBILE), editor)
    data = {
        "caller": "0475 12 34 56",
        "outcomes": {MOBILE: "busy"},
        "at": timezone.now().isoformat(),
    }
    found = post(api(viewer), number, "simulate", data).json()
    assert found["result"] == "hangup"
    assert [step["node"] for step in found["steps"]] == ["r1", "bye"]
    assert found["sentences"]


def test_a_simulation_that_cannot_be_is_refused(api, library, number, viewer):
    for data in ({"caller": "nobody"}, {"outcomes": {"line": "exploded"}}):
        assert post(api(viewer), number, "simulate", data).status_code == 400


def test_versions_are_listed(api, library, number, viewer, editor):
    make_live(number, ring(MOBILE), editor)
    (row,) = api(viewer).get(url(number, "plan-versions")).json()["results"]
    assert (row["version"], row["state"]) == (1, "live")
    assert row["document"] == ring(MOBILE)


def test_reading_asks_for_its_scope_and_writing_for_its_own(
    api, number, operator_member, viewer
):
    reads = api(operator_member, "routing:read")
    assert reads.get(url(number, "where-now")).status_code == 200
    assert post(reads, number, "divert", {"destination": MOBILE}).status_code == 403
    assert reads.delete(url(number, "divert")).status_code == 403
    other = api(operator_member, "numbers:read")
    assert other.get(url(number, "where-now")).status_code == 403
    # A viewer's token never has more than the viewer.
    by_viewer = post(api(viewer), number, "divert", {"destination": MOBILE})
    assert by_viewer.status_code == 403


def test_a_stranger_finds_nothing(api, number, stranger):
    client = api(stranger)
    assert client.get(url(number, "where-now")).status_code == 404
    assert client.get(url(number, "plan-versions")).status_code == 404
    for act in ("divert", "simulate"):
        assert post(client, number, act, {"destination": MOBILE}).status_code == 404
    assert client.delete(url(number, "divert")).status_code == 404
