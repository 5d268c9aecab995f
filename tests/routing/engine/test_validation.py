"""Every validation code and limit, on both sides of its edge."""

import pytest

from routing import engine
from tests.support.routing import (
    CALLED,
    MOBILE,
    OTHER,
    VOICEMAIL,
    announcement,
    codes,
    document,
    forward,
    hangup,
    menu,
    problems,
    queue,
    ring,
    schedule,
    world,
)


def with_document(found, **parts):
    return {**world(), "document": found, **parts}


def origin(rules, **exits):
    return {"type": "origin", "rules": rules, "exits": exits}


def distribution(shares, *exits):
    leads = dict.fromkeys(exits or shares, "end")
    return {"type": "distribution", "shares": shares, "exits": leads}


def long_ring(*seconds, mode="sequential", to="end"):
    made = ring(*[MOBILE] * len(seconds), mode=mode, failed=to)
    for target, ring_s in zip(made["targets"], seconds, strict=True):
        target["ring_s"] = ring_s
    return made


def test_a_valid_world_has_no_problems():
    assert codes(world(schedule())) == []


@pytest.mark.parametrize("schema", [0, 2, "1", 1.0, True, None, [1]])
def test_unknown_schema_stands_alone(schema):
    made = {"schema": schema, "entry": "nowhere", "nodes": {"a": {"type": "?"}}}
    assert problems(with_document(made)) == [("unknown_schema", None)]
    del made["schema"]
    assert problems(with_document(made)) == [("unknown_schema", None)]


@pytest.mark.parametrize("entry", ["nowhere", None, 5, [], {}])
def test_no_entry_reports_no_unreachable_step(entry):
    made = {"schema": 1, "entry": entry, "nodes": {"a": hangup()}}
    assert problems(with_document(made)) == [("no_entry", None)]


@pytest.mark.parametrize("nodes", [None, [], "x", {}])
def test_a_document_without_steps_has_no_entry(nodes):
    made = {"schema": 1, "entry": "a", "nodes": nodes}
    assert codes(with_document(made)) == ["no_entry"]


@pytest.mark.parametrize("kind", ["teleport", None, 5, [], {}])
def test_an_unknown_type_gives_that_alone_and_its_exits_still_lead_on(kind):
    made = document({"type": kind, "label": "x" * 99, "exits": {"any": "end"}})
    assert problems(with_document(made)) == [("unknown_type", "start")]


@pytest.mark.parametrize("node", [None, 5, "ring", []])
def test_a_step_that_is_no_object_has_an_unknown_type(node):
    made = {"schema": 1, "entry": "a", "nodes": {"a": node}}
    assert problems(with_document(made)) == [("unknown_type", "a")]


RULES = [{"prefixes": ["+3247"], "exit": "mobile"}]
MISSING = [
    (schedule(open="end"), 1),
    (schedule(closed="end"), 1),
    (schedule(holiday="end"), 2),
    (origin(RULES, mobile="end"), 1),
    (origin(RULES, other="end"), 1),
    (distribution({"a": 60, "b": 40}, "a"), 1),
    (distribution({"a": 100, "b": 0}, "a"), 1),
    (menu(key_1="end", timeout="end"), 1),
    (menu(key_1="end", invalid="end"), 1),
    (menu(timeout="end", invalid="end"), 1),
    ({**announcement(), "exits": {}}, 1),
    ({**ring(MOBILE), "exits": {"busy": "end"}}, 1),
    (queue(full="end"), 1),
]


@pytest.mark.parametrize(("step", "times"), MISSING)
def test_each_required_exit_that_is_missing_is_named(step, times):
    assert problems(world(step)) == [("missing_exit", "start")] * times


@pytest.mark.parametrize("step", [step for step, _ in MISSING])
def test_a_step_without_exits_misses_them(step):
    bare = {key: value for key, value in step.items() if key != "exits"}
    assert set(codes(world(bare))) == {"missing_exit"}


UNKNOWN = [
    schedule(open="end", closed="end", lunch="end"),
    origin(RULES, mobile="end", other="end", fixed="end"),
    distribution({"a": 100}, "a", "b"),
    menu(key_1="end", timeout="end", invalid="end", key_12="end"),
    {**announcement(), "exits": {"done": "end", "busy": "end"}},
    ring(MOBILE, failed="end", rejected="end"),
    queue(timeout="end", abandoned="end"),
    {**VOICEMAIL, "exits": {"done": "end"}},
    {**forward(MOBILE), "exits": {"busy": "end"}},
    {**hangup(), "exits": {"done": "end"}},
]


@pytest.mark.parametrize("step", UNKNOWN)
def test_an_exit_outside_the_closed_set_is_unknown(step):
    assert problems(world(step)) == [("unknown_exit", "start")]


@pytest.mark.parametrize("to", ["nowhere", "", None, 5, [], {}])
def test_an_exit_must_lead_to_a_step(to):
    steps = {"start": schedule(open="end", closed=to), "end": hangup()}
    made = {"schema": 1, "entry": "start", "nodes": steps}
    assert problems(with_document(made)) == [("dangling_exit", "start")]


def test_a_loop_is_reported_at_each_step_on_it_and_hides_the_lengths():
    steps = {
        "a": long_ring(60, 60, to="b"),
        "b": long_ring(60, 60, to="a"),
        "c": announcement("c"),
    }
    start = schedule(open="a", closed="c")
    assert problems(world(start, steps=steps)) == [
        ("loop", "a"),
        ("loop", "b"),
        ("loop", "c"),
    ]


def test_a_step_no_call_can_reach_is_reported():
    assert problems(world(hangup(), steps={"island": hangup()})) == [
        ("unreachable_step", "island")
    ]


@pytest.mark.parametrize(("count", "expected"), [(200, []), (201, ["too_many_steps"])])
def test_a_document_has_200_steps_at_most(count, expected):
    names = [f"s{n}" for n in range(count)]
    steps = {
        name: announcement(to)
        for name, to in zip(names, [*names[1:], "s0"], strict=True)
    }
    steps[names[-1]] = hangup()
    assert (
        codes(with_document({"schema": 1, "entry": "s0", "nodes": steps})) == expected
    )


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"a": 60, "b": 40}, []),
        ({"a": 100, "b": 0}, []),
        ({"a": 60, "b": 41}, ["shares_not_100"]),
        ({"a": 60, "b": 39}, ["shares_not_100"]),
        ({"a": 150, "b": -50}, ["shares_not_100"]),
        ({"a": 50.5, "b": 49.5}, ["shares_not_100"]),
        ({}, ["shares_not_100"]),
        ({"a": "60", "b": 40}, ["bad_field"]),
        ({"a": True, "b": 99}, ["bad_field"]),
        ({"a": 1e999, "b": 0}, ["shares_not_100"]),
    ],
)
def test_shares_are_whole_numbers_that_total_100(shares, expected):
    assert codes(world(distribution(shares))) == expected


def test_everything_is_validated_used_or_not():
    broken = {"schema": 2}
    made = world(
        number={"e164": CALLED, "option": "VOICE_CONTINUITY", "suspended": True},
        document=broken,
        emergency={"active": False, "document": broken},
        calendars={"unused": {"mode": "?"}},
        numbers={OTHER: broken, "+3225501236": {"emergency": {"document": broken}}},
    )
    assert sorted(codes(made)) == ["bad_calendar"] + ["unknown_schema"] * 4


def test_the_called_number_among_the_others_counts_once():
    made = world(forward(MOBILE), numbers={CALLED: document(forward(CALLED))})
    assert codes(made) == []


def test_a_path_points_at_the_finding_with_escaped_names():
    made = document(hangup())
    made["nodes"]["a/b~c"] = {**hangup(), "label": 5}
    found = engine.parse(made)[1]
    assert ("bad_field", "/nodes/a~1b~0c/label") in [(p.code, p.path) for p in found]
