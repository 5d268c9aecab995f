"""Call records over the API."""

import base64
import datetime as dt

import pytest
from django.utils import timezone

from numbers.models import NumberAccess
from tests.support.calls import make_call

URL = "/api/v1/calls/"


def ago(**amount) -> dt.datetime:
    return timezone.now() - dt.timedelta(**amount)


@pytest.fixture
def calls(number, contract, site, make_number):
    other = make_number(contract, site, "+3225501201")
    return {
        "old": make_call(number, ago(days=9)),
        "busy": make_call(number, ago(days=2), outcome="busy"),
        "other": make_call(other, ago(hours=1)),
    }


def found(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["other", "busy"]),
        ({"outcome": "busy"}, ["busy"]),
        ({"number": "+3225501201"}, ["other"]),
        ({"number": "+3225509999"}, []),
        ({"from": "2020-01-01T00:00:00Z"}, ["other", "busy", "old"]),
        ({"from": "2020-01-01T00:00:00Z", "to": "2020-02-01T00:00:00Z"}, []),
    ],
)
def test_the_filters_narrow_the_list(api, viewer, calls, query, expected):
    assert found(api(viewer).get(URL, query)) == [calls[n].pk for n in expected]


def test_pages_follow_each_other_and_hold_at_most_200(api, viewer, number):
    made = [make_call(number, ago(minutes=n // 2)) for n in range(205)]
    client = api(viewer)
    first = client.get(URL, {"page_size": 5_000})
    assert len(found(first)) == 200
    second = client.get(first.json()["next"])
    together = found(first) + found(second)
    assert sorted(together) == sorted(call.pk for call in made)


@pytest.mark.parametrize(("role", "is_whole"), [("editor", True), ("viewer", False)])
def test_callers_are_shown_as_the_role_allows(api, role, is_whole, calls, request):
    rows = api(request.getfixturevalue(role)).get(URL).json()["results"]
    caller = "+32475123456" if is_whole else "+3247512••••"
    assert {row["caller"] for row in rows} == {caller}


def test_strangers_and_narrowed_members_see_their_own_only(
    api, stranger, acme, make_member, calls
):
    assert found(api(stranger).get(URL)) == []
    member = make_member(acme, "viewer", sees_all_numbers=False)
    number = calls["other"].number
    NumberAccess.objects.create(tenant=acme, member=member, number=number)
    assert found(api(member).get(URL)) == [calls["other"].pk]


def test_a_token_needs_the_scope(api, viewer, calls):
    assert api(viewer, "numbers:read").get(URL).status_code == 403
    assert api(viewer, "calls:read").get(URL).status_code == 200


def cursor(position: str) -> str:
    return base64.b64encode(f"p={position}".encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        {"outcome": "loop"},
        {"from": "yesterday"},
        {"to": "0001-01-01T00:00:00Z"},
        {"from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"},
        {"number": "\x00"},
        {"cursor": "x"},
        {"cursor": cursor("x")},
        {"cursor": cursor("2026-99-99 99:99")},
        {"page_size": "x"},
        {"from": "9999-12-31T23:59:59-23:00"},
    ],
)
def test_nonsense_gets_a_clear_answer(api, viewer, calls, query):
    response = api(viewer).get(URL, query)
    assert response.status_code in {200, 400, 404}


@pytest.mark.parametrize("text", ["", "AAAA", cursor("")[:4]])
def test_a_place_in_the_list_that_was_cut_off_is_not_its_beginning(
    api, viewer, calls, text
):
    """A program that follows its pages would begin anew, without end."""
    answer = api(viewer).get(URL, {"cursor": text})
    assert answer.status_code == 404
    assert api(viewer).get(URL).json()["results"]


def test_pages_lead_to_the_last_call_of_one_moment(api, viewer, number):
    """There the place is a count alone."""
    moment = ago(minutes=5)
    for _ in range(5):
        make_call(number, moment)
    client, found, address = api(viewer), [], f"{URL}?page_size=2"
    while address:
        page = client.get(address).json()
        found += [call["id"] for call in page["results"]]
        address = page["next"]
    assert len(set(found)) == len(found) == 5


def test_the_number_of_queries_does_not_grow(
    api, viewer, number, django_assert_max_num_queries
):
    client, counts = api(viewer), []
    for wanted in (3, 27):
        for n in range(wanted):
            make_call(number, ago(minutes=n))
        with django_assert_max_num_queries(40) as captured:
            client.get(URL)
        counts.append(len(captured))
    assert counts[1] <= counts[0]
