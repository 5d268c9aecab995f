"""Calls that go from one number of the customer to another."""

import pytest

from routing import engine
from tests.support.routing import (
    MOBILE,
    MONDAY_MORNING,
    OTHER,
    SAFETY,
    VOICEMAIL,
    announcement,
    codes,
    document,
    forward,
    hangup,
    menu,
    offered,
    queue,
    ring,
    simulate,
    taken,
    world,
)

SEND = [forward(OTHER), ring(OTHER, MOBILE), ring(OTHER, mode="simultaneous")]


@pytest.mark.parametrize("start", SEND)
def test_a_destination_that_is_another_number_enters_its_document(start):
    made = world(start, numbers={OTHER: document(ring("line"))})
    result = simulate(made)
    assert result["steps"] == [
        {
            "node": "start",
            "type": start["type"],
            "destination": OTHER,
            "outcome": "answered",
        },
        {
            "node": "start",
            "type": "ring",
            "destination": "line",
            "outcome": "answered",
            "number": OTHER,
        },
    ]
    assert (result["result"], result["destination"]) == ("answered", "line")
    assert result["rerouted"] is True


def test_steps_of_another_number_are_named_with_it():
    made = world(forward(OTHER), numbers={OTHER: document(ring("line", failed="end"))})
    result = simulate(made, {f"{OTHER}/start": "busy"})
    assert offered(result)[1] == ("start", "line", "busy")
    assert result["trace"][0]["number"] == OTHER
    assert result["result"] == "hangup"


def test_naming_the_destination_keeps_its_document_out():
    made = world(ring(OTHER, MOBILE), numbers={OTHER: document(ring("line"))})
    result = simulate(made, {OTHER: "busy"})
    assert offered(result) == [("start", OTHER, "busy"), ("start", MOBILE, "answered")]
    assert offered(simulate(made, {"start": "answered"})) == [
        ("start", OTHER, "answered")
    ]


def test_a_site_line_enters_no_plan():
    made = world(
        ring("site:desk"),
        sites={"desk": OTHER},
        numbers={OTHER: document(hangup())},
    )
    assert simulate(made)["destination"] == "site:desk"


def test_a_number_nobody_answers_gives_its_cause_to_the_ring():
    made = world(ring(OTHER, MOBILE), numbers={OTHER: {}}, safety_destination=SAFETY)
    result = simulate(made, {f"{OTHER}/line": "busy"})
    assert offered(result) == [
        ("start", OTHER, "busy"),
        ("line", "line", "busy"),
        ("start", MOBILE, "answered"),
    ]


def test_a_number_nobody_answers_leads_a_forward_to_safety():
    made = world(forward(OTHER), numbers={OTHER: {}}, safety_destination=SAFETY)
    result = simulate(made, {f"{OTHER}/line": "no_answer"})
    assert offered(result) == [
        ("start", OTHER, "no_answer"),
        ("line", "line", "no_answer"),
        ("safety", SAFETY, "answered"),
    ]
    assert "number" not in result["steps"][2]


@pytest.mark.parametrize(
    ("plan", "ends", "outcome"),
    [
        (VOICEMAIL, "voicemail", "answered"),
        (queue(), "answered", "answered"),
        (forward(MOBILE), "forwarded", "answered"),
        (hangup("busy"), "hangup", "busy"),
        (hangup("normal"), "hangup", "failed"),
    ],
)
def test_the_end_of_another_numbers_plan_is_the_end_of_the_call(plan, ends, outcome):
    made = world(ring(OTHER, MOBILE), numbers={OTHER: document(plan)})
    result = simulate(made)
    assert result["result"] == ends
    assert offered(result)[0] == ("start", OTHER, outcome)


def test_a_caller_who_hangs_up_in_another_numbers_plan_ends_the_call():
    made = world(ring(OTHER, MOBILE), numbers={OTHER: document(queue())})
    result = simulate(made, {f"{OTHER}/start": "abandoned"})
    assert result["result"] == "abandoned"
    assert offered(result)[0] == ("start", OTHER, "abandoned")


@pytest.mark.parametrize(
    ("plan", "outcome", "gave"),
    [
        (queue(), "abandoned", "abandoned"),
        (menu(), "abandoned", "abandoned"),
        (announcement(), "abandoned", "abandoned"),
        (hangup("normal"), None, "failed"),
        (VOICEMAIL, None, "answered"),
    ],
)
def test_the_trace_says_what_an_override_to_another_number_gave(plan, outcome, gave):
    override, numbers = {"destination": OTHER}, {OTHER: document(plan)}
    given = {f"{OTHER}/start": outcome} if outcome else {}
    result = simulate(world(override=override, numbers=numbers), given)
    assert taken(result)[-1] == ("override", gave)
    assert offered(result)[0] == ("override", OTHER, gave)


def test_another_numbers_emergency_override_and_redirections_count():
    there = {"destination": "+3242223344"}
    for plan in (
        {"emergency": there},
        {"override": there},
        {"option": "VOICE_CONTINUITY", "continuity": {"cfu": there}},
    ):
        result = simulate(world(forward(OTHER), numbers={OTHER: plan}))
        assert result["destination"] == "+3242223344"


def test_a_simultaneous_ring_follows_a_plan_when_its_turn_comes():
    start = ring(OTHER, MOBILE, mode="simultaneous")
    made = world(start, numbers={OTHER: document(hangup("busy"))})
    assert offered(simulate(made)) == [
        ("start", OTHER, "busy"),
        ("start", None, "busy"),
        ("start", MOBILE, "answered"),
    ]
    start = ring(MOBILE, OTHER, mode="simultaneous")
    made = world(start, numbers={OTHER: document(ring("line"))})
    assert offered(simulate(made)) == [
        ("start", MOBILE, "answered"),
        ("start", OTHER, "cancelled"),
    ]


def test_another_numbers_problems_carry_its_number():
    made = world(forward(MOBILE), numbers={OTHER: document(forward(OTHER))})
    found = engine.validate(made, lambda e164, **policy: None)
    assert [(p.code, p.node, p.number, p.path) for p in found] == [
        (
            "self_forward",
            "start",
            OTHER,
            f"/numbers/{OTHER}/nodes/start/destination",
        )
    ]


@pytest.mark.parametrize("start", SEND)
def test_a_suspended_number_is_no_destination(start):
    made = world(start, numbers={OTHER: {"suspended": True}})
    assert codes(made) == ["suspended_destination"]
    call = {"caller": None, "at": MONDAY_MORNING}
    assert engine.simulate(made, call, {})["steps"][0]["outcome"] == "rejected"


def test_an_allowed_caller_is_allowed_in_every_plan():
    start = {
        "type": "schedule",
        "calendar": "office",
        "exits": {"open": "desk", "closed": "end"},
    }
    there = document(start, desk=ring("line"))
    made = world(forward(OTHER), numbers={OTHER: there}, allow=["+3247"])
    result = simulate(made, at="2026-11-22T03:00:00Z")
    assert ("start", "open") in taken(result)
