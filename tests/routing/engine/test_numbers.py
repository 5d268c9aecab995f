"""Calls that go from one number of the customer to another."""

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
    announcement,
    codes,
    document,
    forward,
    hangup,
    menu,
    offered,
    problems,
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
