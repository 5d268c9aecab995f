"""The simulator: its input's call and outcomes, and the call record it leads to."""

import datetime as dt

import pytest

from routing import engine
from routing.engine.compile import plan_at
from tests.support.routing import (
    CALLED,
    MOBILE,
    MONDAY_MORNING,
    OTHER,
    VOICEMAIL,
    announcement,
    document,
    forward,
    hangup,
    menu,
    queue,
    ring,
    simulate,
    world,
)

CALL = {"caller": None, "at": MONDAY_MORNING, "ordinal": 0}


def call_findings(call=CALL, outcomes=None, made=None):
    made = {**(made or world(ring(MOBILE))), "call": call}
    return [p.path for p in engine.call_problems(call, outcomes, made)]


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (None, "/call"),
        ([], "/call"),
        ({**CALL, "caller": 5}, "/call/caller"),
        ({**CALL, "at": "2026-11-23T09:15:00"}, "/call/at"),
        ({**CALL, "at": "2026-11-23"}, "/call/at"),
        ({**CALL, "at": "yesterday"}, "/call/at"),
        ({**CALL, "at": None}, "/call/at"),
        ({**CALL, "at": "0001-01-01T00:00:00Z"}, "/call/at"),
        ({**CALL, "at": "9999-12-31T23:59:59Z"}, "/call/at"),
        ({"caller": None}, "/call"),
        ({**CALL, "ordinal": -1}, "/call/ordinal"),
        ({**CALL, "ordinal": True}, "/call/ordinal"),
        ({**CALL, "ordinal": "0"}, "/call/ordinal"),
        ({**CALL, "ordinal": None}, "/call/ordinal"),
        ({**CALL, "ordinal": {"start": "0"}}, "/call/ordinal"),
    ],
)
def test_a_call_that_cannot_be_read_is_bad_input(call, path):
    assert call_findings(call) == [path]


@pytest.mark.parametrize("at", ["2026-11-23T08:15:00Z", "2026-11-23 09:15+01:00"])
def test_any_iso_instant_with_an_offset_will_do(at):
    assert call_findings({"at": at}) == []


def test_a_missing_call_is_bad_input():
    assert list(engine.call_problems(None, None, {}))[0].path == ""


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (ring(MOBILE), "bizzy"),
        (ring(MOBILE), "timeout"),
        (ring(MOBILE), 5),
        (ring(MOBILE), None),
        (ring(MOBILE), []),
        (menu(), "busy"),
        (menu(), "10"),
        (menu(), ""),
        (queue(), "done"),
        (announcement(), "answered"),
    ],
)
def test_an_unknown_outcome_word_is_bad_input(entry, word):
    assert call_findings(outcomes={"start": word}, made=world(entry)) == [
        "/outcomes/start"
    ]


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (ring(MOBILE), "congestion"),
        (menu(), "#"),
        (menu(), "abandoned"),
        (queue(), "no_agents"),
        (announcement(), "done"),
        (VOICEMAIL, "done"),
    ],
)
def test_the_words_of_each_type_are_known(entry, word):
    assert call_findings(outcomes={"start": word}, made=world(entry)) == []


def test_words_of_steps_elsewhere_are_judged_by_their_type():
    numbers = {OTHER: {"emergency": {"document": document(menu())}}}
    made = world(emergency={"document": document(queue())}, numbers=numbers)
    good = {"start": "full", f"{OTHER}/start": "1", MOBILE: "busy", "nobody": "busy"}
    assert call_findings(outcomes=good, made=made) == []
    bad = {"start": "1", f"{OTHER}/start": "full", "final": "busy"}
    assert len(call_findings(outcomes=bad, made=made)) == 3
    bare = world(ring(MOBILE), numbers={OTHER: document(menu())})
    assert call_findings(outcomes={f"{OTHER}/start": "busy"}, made=bare) != []


def test_outcomes_must_be_an_object():
    assert call_findings(outcomes=["busy"]) == ["/outcomes"]


def test_a_call_that_was_not_judged_is_refused():
    with pytest.raises(ValueError, match="validate"):
        engine.simulate(world(), {"at": "yesterday"}, None)


def test_absent_means_empty():
    bare = {"number": {"e164": CALLED}}
    assert engine.validate(bare, lambda e164, **policy: "no") == []
    result = engine.simulate(bare, {"at": MONDAY_MORNING}, None)
    assert (result["result"], result["destination"]) == ("answered", "line")


def record(made, outcomes=None, **call):
    moment = dt.datetime.fromisoformat(MONDAY_MORNING)
    call = {**CALL, **call}
    return engine.call_record(
        engine.run(plan_at(made, moment), call, moment, outcomes or {})
    )


@pytest.mark.parametrize(
    ("made", "outcomes", "expected"),
    [
        (world(), {}, ("direct", "answered", "line")),
        (world(), {"line": "busy"}, ("direct", "busy", None)),
        (world(forward(MOBILE)), {}, ("rerouted", "answered", MOBILE)),
        (world(forward(MOBILE)), {MOBILE: "loop"}, ("rerouted", "failed", None)),
        (
            world(VOICEMAIL),
            {},
            ("rerouted", "voicemail", "voicemail:info@acme.example"),
        ),
        (world(queue()), {}, ("rerouted", "answered", "queue:sales")),
        (world(queue()), {"start": "abandoned"}, ("rerouted", "abandoned", None)),
        (world(hangup("busy")), {}, ("direct", "rejected", None)),
        (world(ring(MOBILE)), {MOBILE: "congestion"}, ("rerouted", "congestion", None)),
        (world(block={"withheld": True}), {}, ("refused", "rejected", None)),
        (
            world(number={"e164": CALLED, "suspended": True}),
            {},
            ("refused", "rejected", None),
        ),
    ],
)
def test_a_simulated_call_maps_to_a_call_record(made, outcomes, expected):
    found = record(made, outcomes)
    assert (found["treatment"], found["outcome"], found["destination"]) == expected


def test_a_queue_that_took_the_call_is_recorded_whatever_stopped_ringing_then():
    both = world(
        ring(OTHER, MOBILE, mode="simultaneous"), numbers={OTHER: document(queue())}
    )
    assert record(both)["destination"] == "queue:sales"
    assert record(both, {MOBILE: "busy"})["destination"] == "queue:sales"


def test_a_step_of_another_plan_does_not_name_the_called_ones_ordinal():
    shares = {
        "type": "distribution",
        "shares": {"a": 50, "b": 50},
        "exits": {"a": "end", "b": "end"},
    }
    made = world(forward(OTHER), numbers={OTHER: document(shares)})
    ordinal = {"start": 0, f"{OTHER}/start": 1}
    assert simulate(made, ordinal=ordinal)["trace"][0]["exit"] == "b"
