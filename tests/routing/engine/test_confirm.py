"""Pressing 1 to take a call: a mobile's voicemail must not swallow it."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numbers.destinations.policy import refusal
from routing import engine
from routing.engine.compile import plan_at
from routing.engine.simulation import all_outcomes
from tests.support.random_worlds import NOW, worlds
from tests.support.routing import (
    CALLED,
    MOBILE,
    MONDAY_MORNING,
    OTHER,
    SAFETY,
    VOICEMAIL,
    asked,
    document,
    forward,
    menu,
    offered,
    problems,
    ring,
    simulate,
    taken,
    world,
)

GHENT = "site:gent"
CONTINUITY = {"e164": CALLED, "option": "VOICE_CONTINUITY"}
ALWAYS = {"destination": MOBILE, "confirm": True}


def rung(found, *outcomes):
    """The walk of a call in ``found`` at its step after ``outcomes``."""
    plan = json.loads(json.dumps(engine.compile_plan(found, NOW)))
    facts = engine.Facts("+32475123456")
    return engine.resume(plan, facts, NOW.timestamp(), list(outcomes))


def test_nobody_who_pressed_1_is_nobody_who_answered():
    night = {"night": VOICEMAIL}
    made = world(
        asked(ring(MOBILE, no_answer="night", failed="end")),
        steps=night,
    )
    found = simulate(made, {MOBILE: "unconfirmed"})
    assert offered(found)[0] == ("start", MOBILE, "unconfirmed")
    assert taken(found) == [("start", "no_answer")]
    assert found["result"] == "voicemail"


def test_the_next_phone_rings_when_nobody_pressed_1():
    made = world(asked(ring(MOBILE, GHENT)))
    found = simulate(made, {MOBILE: "unconfirmed"})
    assert offered(found) == [
        ("start", MOBILE, "unconfirmed"),
        ("start", GHENT, "answered"),
    ]
    assert (found["result"], found["destination"]) == ("answered", GHENT)


@pytest.mark.parametrize("mode", ["sequential", "simultaneous"])
def test_where_nothing_is_asked_the_word_counts_as_no_answer_too(mode):
    made = world(ring(MOBILE, GHENT, mode=mode, no_answer="end", failed="end"))
    found = simulate(made, {"start": "unconfirmed"})
    assert taken(found) == [("start", "no_answer")]


def test_all_at_once_the_first_who_presses_1_wins():
    made = world(asked(ring("line", MOBILE, GHENT, mode="simultaneous")))
    found = simulate(made, {"line": "unconfirmed", GHENT: "answered"})
    assert offered(found) == [
        ("start", "line", "unconfirmed"),
        ("start", MOBILE, "answered"),
        ("start", GHENT, "cancelled"),
    ]
    assert found["destination"] == MOBILE


def test_all_at_once_unconfirmed_is_the_best_cause_there_is():
    exits = {"no_answer": "end", "busy": "night", "failed": "night"}
    made = world(
        asked(ring(MOBILE, GHENT, mode="simultaneous", **exits)),
        steps={"night": VOICEMAIL},
    )
    found = simulate(made, {MOBILE: "busy", GHENT: "unconfirmed"})
    assert taken(found) == [("start", "no_answer")]


@pytest.mark.parametrize(
    ("made", "outcomes", "destination"),
    [
        (world(asked(forward(MOBILE))), {MOBILE: "unconfirmed"}, SAFETY),
        (world(override=ALWAYS), {MOBILE: "unconfirmed"}, SAFETY),
        (world(emergency=ALWAYS), {MOBILE: "unconfirmed"}, SAFETY),
        (
            world(number=CONTINUITY, continuity={"cfu": {**ALWAYS, "backup": GHENT}}),
            {MOBILE: "unconfirmed"},
            GHENT,
        ),
        (
            world(number=CONTINUITY, continuity={"cfu": {**ALWAYS, "backup": GHENT}}),
            {MOBILE: "busy", GHENT: "unconfirmed"},
            SAFETY,
        ),
        (
            world(number=CONTINUITY, continuity={"cfnr": ALWAYS}),
            {"line": "no_answer", MOBILE: "unconfirmed"},
            SAFETY,
        ),
    ],
    ids=["forward", "override", "emergency", "redirection", "backup", "no reply"],
)
def test_unconfirmed_goes_on_as_no_answer_does(made, outcomes, destination):
    made["safety_destination"] = SAFETY
    found = simulate(made, outcomes)
    assert found["destination"] == destination
    assert "unconfirmed" in [outcome for _, _, outcome in offered(found)]
    again = {k: "no_answer" if v == "unconfirmed" else v for k, v in outcomes.items()}
    assert simulate(made, again)["trace"] == found["trace"]


def test_the_call_is_recorded_as_not_answered():
    plan = plan_at(world(asked(forward(MOBILE))), NOW)
    walk = engine.run(plan, {"caller": None}, NOW, {MOBILE: "unconfirmed"})
    assert engine.call_record(walk)["outcome"] == "no_answer"
    assert walk.steps[0]["outcome"] == "unconfirmed"


@pytest.mark.parametrize("seconds", [5, 20])
def test_the_network_is_told_for_how_long_to_wait_for_the_key(seconds):
    made = world(asked(ring("line", GHENT, MOBILE, mode="simultaneous"), seconds))
    targets = rung(made).step.targets
    assert [target[4] for target in targets] == [seconds] * 3


def test_the_network_waits_ten_seconds_unless_told():
    assert rung(world(override=ALWAYS)).step.targets[0][4] == 10


@pytest.mark.parametrize("more", [{}, {"confirm": False}, {"confirm_s": 15}])
def test_a_target_that_asks_nobody_is_served_as_before(more):
    made = world({**forward(MOBILE), **more})
    assert rung(made).step.targets == [[MOBILE, MOBILE, 20, None]]


def test_another_numbers_plan_decides_for_itself_whether_to_ask():
    numbers = {OTHER: {"document": document(ring("line"))}}
    made = world(asked(forward(OTHER)), numbers=numbers)
    walk = rung(made)
    assert walk.step.targets == [["line", None, 20, None]]
    assert walk.next_step("answered") is None
    assert walk.result == "answered"


def test_who_answers_can_be_told_the_number_and_the_choice():
    made = world(
        menu(key_1="desk", timeout="desk", invalid="desk"),
        steps={"desk": asked(ring(MOBILE))},
    )
    assert rung(made).choice is None
    walk = rung(made, "1")
    assert (walk.plan["number"], walk.choice) == (CALLED, "1")
    assert rung(made, "timeout").choice is None
    assert rung(made, "7").choice is None


def sendings(more):
    """Every place that can ask, with ``more`` in it: the world, where, the step."""
    there = {"destination": MOBILE, **more}
    target = {**ring(MOBILE), "targets": [{"destination": "line"}, there]}
    return [
        (world(target), "/document/nodes/start/targets/1", "start"),
        (world({"type": "forward", **there}), "/document/nodes/start", "start"),
        (world(override=there), "/override", None),
        (
            world(number=CONTINUITY, continuity={"cfb": there}),
            "/continuity/cfb",
            None,
        ),
        (world(emergency=there), "/emergency", None),
    ]


@pytest.mark.parametrize("seconds", [4, 21, 0, -5, 10.0, "10", None, True, [], 10**400])
def test_the_time_to_press_1_is_5_to_20_whole_seconds(seconds):
    for made, path, node in sendings({"confirm": True, "confirm_s": seconds}):
        assert problems(made) == [("bad_field", node)]
        found = engine.validate(made, refusal)
        assert [problem.path for problem in found] == [f"{path}/confirm_s"]


@pytest.mark.parametrize("value", [None, 1, 0, "true", [], {}])
def test_to_ask_or_not_is_true_or_false(value):
    for made, path, node in sendings({"confirm": value}):
        assert problems(made) == [("bad_field", node)]
        found = engine.validate(made, refusal)
        assert [problem.path for problem in found] == [f"{path}/confirm"]


def test_the_time_is_judged_where_nobody_is_asked_too():
    for made, _path, node in sendings({"confirm": False, "confirm_s": 60}):
        assert problems(made) == [("bad_field", node)]


@pytest.mark.parametrize(
    "more",
    [
        {"confirm": True},
        {"confirm": True, "confirm_s": 5},
        {"confirm": False, "confirm_s": 20},
    ],
)
def test_all_that_can_ask_may(more):
    for made, _path, _node in sendings(more):
        assert problems(made) == []


def test_the_time_to_press_1_is_no_ringing():
    phones = asked(ring(*["line"] * 6), 20)
    assert problems(world(phones)) == []


def decisions_of(walk):
    """Without parameters: a menu names the key it was given, whatever it is."""
    return [(found.rule, found.exit, found.number) for found in walk.trace]


def as_no_answer(word):
    return "no_answer" if word == "unconfirmed" else word


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    worlds(),
    st.dictionaries(
        st.sampled_from([*(f"s{n}" for n in range(7)), "line", MOBILE, OTHER, GHENT]),
        st.sampled_from([*all_outcomes(), *["unconfirmed"] * 20]),
    ),
)
def test_everywhere_unconfirmed_leads_where_no_answer_does(made, outcomes):
    plan, call = plan_at(made, NOW, refusal), {"caller": "+32475123456"}
    walk = engine.run(plan, call, NOW, outcomes)
    again = {key: as_no_answer(word) for key, word in outcomes.items()}
    other = engine.run(plan, call, NOW, again)
    assert decisions_of(walk) == decisions_of(other)
    assert engine.call_record(walk) == engine.call_record(other)
    told = [{**s, "outcome": as_no_answer(s["outcome"])} for s in walk.steps]
    assert told == other.steps


def test_the_command_knows_the_word():
    made = world(asked(forward(MOBILE)))
    call = {"caller": None, "at": MONDAY_MORNING}
    assert list(engine.call_problems(call, {MOBILE: "unconfirmed"}, made)) == []
