"""A plan sends to and refers to what is there and what the customer may use."""

import pytest

from numbers.destinations.policy import refusal
from routing import engine
from tests.support.routing import (
    CALLED,
    MOBILE,
    OTHER,
    VOICEMAIL,
    announcement,
    codes,
    forward,
    menu,
    problems,
    queue,
    ring,
    schedule,
    world,
)

FORBIDDEN = [
    "",
    " ",
    "LINE",
    "line ",
    "sip:112@acme.example",
    "0470112233",
    "0032470112233",
    "+32 470 11 22 33",
    "+32470112233;ext=1",
    "+32470112233\n",
    "+٣٢٤٧٠١١٢٢٣٣",
    "+32112",
    "+3270123456",
    "+3290012345",
    "+88216123456",
    "+33123456789",
    "+3280012345",
    "+3278123456",
    "112",
    "site",
    "Site:gent",
    "queue:sales",
]


@pytest.mark.parametrize("destination", FORBIDDEN)
def test_what_the_policy_does_not_allow_is_forbidden_everywhere(destination):
    there = {"destination": destination}
    for made in (
        world(forward(destination)),
        world(ring(destination)),
        world(override=there),
        world(emergency=there),
        world(continuity={"cfu": there}),
        world(continuity={"cfu": {"destination": MOBILE, "backup": destination}}),
        world(safety_destination=destination),
        world(sites={"brussels": CALLED, "x": destination}),
        world(numbers={OTHER: {"override": there}}),
    ):
        assert codes(made) == ["forbidden_destination"]


@pytest.mark.parametrize(
    ("policy", "destination"),
    [
        ({"opt_in": ["0800"]}, "+3280012345"),
        ({"opt_in": ["078"]}, "+3278123456"),
        ({"international": ["+33"]}, "+33123456789"),
    ],
)
def test_what_the_customer_may_use_is_allowed(policy, destination):
    assert codes(world(forward(destination), policy=policy)) == []
    assert codes(world(sites={"x": destination}, policy=policy)) == []


@pytest.mark.parametrize("destination", ["line", "site:gent", MOBILE, "+3242223344"])
def test_line_site_and_numbers_are_valid_wherever_a_destination_is(destination):
    there = {"destination": destination}
    made = world(
        ring(destination),
        override=there,
        emergency=there,
        continuity=dict.fromkeys(("cfu", "cfb", "cfnr", "cfnrc"), there),
        safety_destination=destination,
    )
    assert codes(made) == []


@pytest.mark.parametrize("destination", ["site:", "site:atlantis", "site:Gent"])
def test_a_site_that_is_not_there_is_unknown(destination):
    assert codes(world(forward(destination))) == ["unknown_site"]
    assert codes(world(safety_destination=destination)) == ["unknown_site"]


def test_the_site_of_a_number_must_be_there():
    made = world(number={"e164": CALLED, "site": "atlantis"})
    found = engine.validate(made, refusal)
    assert [(p.code, p.path) for p in found] == [("unknown_site", "/number/site")]
    made = world(ring("site:atlantis"), number={"e164": CALLED, "site": "atlantis"})
    assert codes(made) == ["unknown_site"] * 2
    made = world(numbers={OTHER: {"site": "atlantis"}})
    assert codes(made) == ["unknown_site"]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({**schedule(), "calendar": "nights"}, "unknown_calendar"),
        ({**queue(), "queue": "helpdesk"}, "unknown_queue"),
        ({**announcement(), "announcement": "absent"}, "unknown_announcement"),
        ({**menu(), "announcement": "absent"}, "unknown_announcement"),
        ({**VOICEMAIL, "announcement": "absent"}, "unknown_announcement"),
        ({**announcement(), "announcement": ""}, "empty_announcement"),
        ({**menu(), "announcement": " "}, "empty_announcement"),
        ({**VOICEMAIL, "announcement": ""}, "empty_announcement"),
    ],
)
def test_what_a_step_refers_to_must_be_there(step, code):
    assert problems(world(step)) == [(code, "start")]


def test_announcements_may_carry_their_content():
    made = world(announcement(), announcements={"welcome": "Bonjour", "leave": ""})
    assert codes(made) == []
    made["document"]["nodes"]["start"]["announcement"] = "leave"
    assert codes(made) == ["empty_announcement"]
