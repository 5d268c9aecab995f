"""Numbers over the API: found in any notation, read, never another customer's."""

import pytest

from numbers.models import NumberAccess
from tenants.models import Member

URL = "/api/v1/numbers/"


def found(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["e164"] for row in answer.json()["results"]]


@pytest.fixture
def numbers(contract, site, make_number):
    return [
        make_number(contract, site, "+3225501200", label="Reception"),
        make_number(contract, site, "+3225501201", option="DRS"),
    ]


@pytest.mark.parametrize(
    "text",  # with a "+" that nobody encoded, too
    [
        "02 550 12 00",
        "0032 2/550.12.00",
        "%2B32 (0)2 550 12 00",
        "5501200",
        "rec",
        "+32(0)2 550 12 00",
        "+3225501200",
    ],
)
def test_a_number_is_found_in_any_notation(api, viewer, numbers, text):
    assert found(api(viewer).get(f"{URL}?search={text}")) == ["+3225501200"]


def test_filters_by_site_and_option_of_today(api, viewer, numbers):
    assert found(api(viewer).get(f"{URL}?option=DRS")) == ["+3225501201"]
    assert found(api(viewer).get(f"{URL}?site=brussels")) == [
        "+3225501200",
        "+3225501201",
    ]
    assert found(api(viewer).get(f"{URL}?site=nowhere")) == []


def test_a_number_says_where_it_belongs(api, viewer, numbers):
    row = api(viewer).get(f"{URL}{numbers[1].pk}/").json()
    assert (row["site"], row["contract"], row["option"]) == ("brussels", "C1", "DRS")


def test_rights_hold_over_the_api_too(api, acme, make_member, stranger, numbers):
    narrowed = make_member(acme, Member.Role.VIEWER, sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=narrowed, number=numbers[0])
    assert found(api(narrowed).get(URL)) == ["+3225501200"]
    assert api(narrowed).get(f"{URL}{numbers[1].pk}/").status_code == 404
    assert found(api(stranger).get(URL)) == []
    assert api(stranger).get(f"{URL}{numbers[0].pk}/").status_code == 404
    assert api(narrowed, "calls:read").get(URL).status_code == 403
