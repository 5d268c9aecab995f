"""Calls between numbers come to an end: hops are counted and loops are reported."""

import pytest

from routing import engine
from tests.support.routing import (
    CALLED,
    MOBILE,
    MONDAY_MORNING,
    OTHER,
    SAFETY,
    THIRD,
    VOICEMAIL,
    codes,
    document,
    forward,
    hangup,
    problems,
    ring,
    simulate,
    world,
)


def chain(length):
    """CALLED sends to number 1, that to number 2, the last one to MOBILE."""
    e164 = [f"+32255001{n:02d}" for n in range(1, length)]
    hops = [*e164, MOBILE]
    numbers = {at: document(forward(to)) for at, to in zip(e164, hops[1:], strict=True)}
    return world(forward(hops[0]), numbers=numbers)


def test_twelve_hops_are_allowed_and_thirteen_are_not():
    assert codes(chain(12)) == []
    assert problems(chain(13)) == [("too_many_hops", "start")]
    assert simulate(chain(12))["result"] == "forwarded"


def fan(width, length, mode):
    """A chain whose every number rings the next one ``width`` times; nobody answers."""
    e164 = [f"+32255001{n:02d}" for n in range(1, length)]
    rings = [ring(*[to] * width, mode=mode, failed="on") for to in e164]
    plans = [document(step, on=forward("line")) for step in rings[1:]]
    plans.append(document(forward("line")))
    numbers = dict(zip(e164, plans, strict=True))
    return world(rings[0], steps={"on": forward("line")}, numbers=numbers)


@pytest.mark.parametrize("mode", ["sequential", "simultaneous"])
@pytest.mark.parametrize("length", [4, 9])
def test_a_call_does_not_multiply_along_a_chain(mode, length):
    """Nine numbers that ring the next one six times would enter two million plans."""
    made = fan(6, length, mode)
    assert codes(made) == []
    result = simulate(made, {"line": "no_answer"})
    assert (result["result"], result["trace"][-1]["exit"]) == ("hangup", "hangup")
    outcomes = [s["outcome"] for s in result["steps"] if s["destination"] != "line"]
    assert "loop" in outcomes
    assert outcomes.count("no_answer") <= 100


@pytest.mark.parametrize("mode", ["sequential", "simultaneous"])
def test_a_call_that_tries_forty_numbers_goes_its_way(mode):
    result = simulate(fan(6, 3, mode), {"line": "no_answer"})
    assert result["result"] == "unanswered"
    assert [step["outcome"] for step in result["steps"]].count("loop") == 0


def test_safety_makes_no_chain_of_another_number_longer():
    made = chain(13)
    made["numbers"]["+3225500112"] = {"document": document(VOICEMAIL)}
    assert codes({**made, "safety_destination": SAFETY}) == []


def test_a_call_over_twelve_hops_ends_with_a_loop():
    call = {"caller": None, "at": MONDAY_MORNING}
    result = engine.simulate(chain(13), call, {})
    assert (result["result"], result["destination"]) == ("hangup", None)
    assert result["steps"][-1]["outcome"] == "loop"
    assert len(result["steps"]) == 13
    last = f"{result['steps'][-1]['number']}"
    assert last == "+3225500112"


def test_a_simultaneous_ring_over_twelve_hops_ends_with_a_loop():
    made = chain(13)
    last = made["numbers"]["+3225500112"]
    last["nodes"]["start"] = ring("line", MOBILE, mode="simultaneous")
    last["nodes"]["end"] = hangup()
    call = {"caller": None, "at": MONDAY_MORNING}
    assert engine.simulate(made, call, {})["steps"][-1]["outcome"] == "loop"


def test_the_own_line_is_no_hop():
    made = chain(12)
    made["numbers"]["+3225500111"] = document(ring("line", MOBILE))
    assert codes(made) == []


def test_a_loop_across_numbers_is_reported_where_the_call_enters_it():
    back = document(forward(CALLED))
    steps = {"other": forward(MOBILE)}
    start = ring(OTHER, failed="other")
    made = world(start, steps=steps, numbers={OTHER: back})
    assert problems(made) == [("loop_across_numbers", "start")]
    far = {OTHER: document(forward(THIRD)), THIRD: document(forward(OTHER))}
    assert problems(world(forward(OTHER), numbers=far)) == [
        ("loop_across_numbers", "start")
    ]


def test_a_loop_the_called_number_cannot_reach_is_not_reported():
    far = {OTHER: document(forward(THIRD)), THIRD: document(forward(OTHER))}
    assert codes(world(forward(MOBILE), numbers=far)) == []


@pytest.mark.parametrize(
    "back",
    [
        {"emergency": {"active": False, "destination": CALLED}},
        {"emergency": {"active": False, "document": document(forward(CALLED))}},
        {"override": {"destination": CALLED, "until": "2020-01-01T00:00:00Z"}},
        {"continuity": {"cfnrc": {"destination": MOBILE, "backup": CALLED}}},
    ],
)
def test_everything_a_number_can_send_to_counts_for_loops(back):
    made = world(forward(OTHER), numbers={OTHER: back})
    assert problems(made) == [("loop_across_numbers", "start")]


def test_a_loop_entered_outside_a_document_has_no_node():
    back = {OTHER: document(forward(CALLED))}
    for parts in (
        {"safety_destination": OTHER},
        {"override": {"destination": OTHER}},
        {"emergency": {"active": False, "destination": OTHER}},
        {"continuity": {"cfu": {"destination": OTHER}}},
    ):
        made = world(numbers=back, **parts)
        assert problems(made) == [("loop_across_numbers", None)]


def test_a_safety_destination_that_is_a_number_makes_no_loop_by_itself():
    made = world(
        forward(THIRD),
        numbers={OTHER: document(ring("line")), THIRD: None},
        safety_destination=OTHER,
    )
    assert codes(made) == []


@pytest.mark.parametrize(
    "parts",
    [
        {"safety_destination": CALLED},
        {"override": {"destination": CALLED}},
        {"emergency": {"destination": CALLED}},
        {"continuity": {"cfb": {"destination": CALLED}}},
        {"document": document(forward(CALLED))},
        {"document": document(ring(CALLED))},
        {
            "document": document(forward(OTHER)),
            "numbers": {OTHER: document(forward(MOBILE))},
            "safety_destination": CALLED,
        },
        {
            "document": document(ring("site:hq")),
            "sites": {"gent": MOBILE, "hq": CALLED},
        },
    ],
)
def test_the_called_number_itself_is_self_forward_only(parts):
    number = {"e164": CALLED, "site": "gent"}
    made = world(number=number, **{"sites": {"gent": MOBILE}, **parts})
    assert codes(made) == ["self_forward"]
