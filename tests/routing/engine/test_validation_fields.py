"""Fields of steps, and what stands around documents: each finding at its place."""

import pytest

from numbers.destinations.policy import refusal
from routing import engine
from tests.routing.engine.test_validation import long_ring, origin
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


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(4, "ring_out_of_range"), (5, None), (60, None), (61, "ring_out_of_range")],
)
def test_a_phone_rings_5_to_60_seconds(seconds, expected):
    expected = [expected] if expected else []
    assert codes(world(long_ring(seconds))) == expected
    cfnr = {"destination": MOBILE, "after_s": seconds}
    assert codes(world(continuity={"cfnr": cfnr})) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (long_ring(60, 60), []),
        (long_ring(60, 55, 6), ["ring_budget_exceeded"]),
        (long_ring(60, 60, 60, mode="simultaneous"), []),
    ],
)
def test_a_document_rings_120_seconds_at_most(step, expected):
    assert codes(world(step)) == expected


def test_the_budget_is_that_of_the_longest_path_at_its_longest_ring():
    steps = {
        "short": long_ring(20, to="long"),
        "long": long_ring(40, 50, to="last"),
        "last": long_ring(15, to="end"),
        "apart": long_ring(60, to="last"),
    }
    start = schedule(open="short", closed="apart")
    assert problems(world(start, steps=steps)) == [("ring_budget_exceeded", "long")]


def test_a_target_without_seconds_rings_twenty():
    step = ring(*[MOBILE] * 7)
    for target in step["targets"]:
        del target["ring_s"]
    assert codes(world(step)) == ["ring_budget_exceeded"]
    del step["targets"][6]
    assert codes(world(step)) == []


@pytest.mark.parametrize(
    ("label", "expected"),
    [("x" * 80, []), ("x" * 81, ["label_too_long"]), (5, ["bad_field"])],
)
def test_a_label_has_80_characters_at_most(label, expected):
    assert codes(world({**hangup(), "label": label})) == expected


def without(step, field):
    return {key: value for key, value in step.items() if key != field}


BAD_FIELDS = [
    {**schedule(), "calendar": 5},
    without(schedule(), "calendar"),
    without(announcement(), "announcement"),
    {**announcement(), "announcement": None},
    {**announcement(), "exits": []},
    without(menu(), "announcement"),
    without(menu(), "timeout_s"),
    {**menu(), "timeout_s": 0},
    {**menu(), "timeout_s": 31},
    {**menu(), "attempts": 0},
    {**menu(), "attempts": 6},
    {**menu(), "attempts": True},
    {**menu(), "attempts": "3"},
    without(queue(), "queue"),
    {**queue(), "max_wait_s": 9},
    {**queue(), "max_wait_s": 3601},
    {**queue(), "max_length": 0},
    {**queue(), "max_length": 1000},
    {**queue(), "music": 5},
    without(VOICEMAIL, "mailbox"),
    {**VOICEMAIL, "mailbox": ""},
    without(VOICEMAIL, "announcement"),
    without(forward(MOBILE), "destination"),
    forward(5),
    forward(["line"]),
    without(hangup(), "cause"),
    hangup("bored"),
    hangup([]),
    without(ring(MOBILE), "mode"),
    ring(MOBILE, mode="random"),
    without(ring(MOBILE), "targets"),
    {**ring(MOBILE), "targets": []},
    {**ring(MOBILE), "targets": {}},
    {**ring(MOBILE), "targets": [MOBILE]},
    {**ring(MOBILE), "targets": [{"ring_s": 20}]},
    {**ring(MOBILE), "targets": [{"destination": 5}]},
    {**ring(MOBILE), "targets": [{"destination": "line", "ring_s": "20"}]},
    {**ring(MOBILE), "targets": [{"destination": "line", "ring_s": 20.5}]},
    {**ring(MOBILE), "targets": [{"destination": "line", "ring_s": True}]},
    {"type": "distribution", "shares": [], "exits": {}},
    {"type": "distribution", "exits": {}},
    {"type": "origin", "exits": {"other": "end"}},
    origin({}, other="end"),
    origin(["+32"], other="end"),
    origin([{"prefixes": ["+3247"]}], other="end"),
    origin([{"prefixes": ["+3247"], "exit": 5}], other="end"),
    origin([{"prefixes": ["+3247"], "exit": "withheld"}], other="end", withheld="end"),
    origin([{"prefixes": "+3247", "exit": "m"}], other="end", m="end"),
    origin([{"exit": "m"}], other="end", m="end"),
    origin([{"prefixes": ["3247"], "exit": "m"}], other="end", m="end"),
    origin([{"prefixes": [5], "exit": "m"}], other="end", m="end"),
    origin([{"prefixes": ["+3247", "+3247"], "exit": "m"}], other="end", m="end"),
    origin(
        [{"prefixes": ["+32"], "exit": "m"}, {"prefixes": ["+32"], "exit": "n"}],
        other="end",
        m="end",
        n="end",
    ),
]


@pytest.mark.parametrize("step", BAD_FIELDS)
def test_a_missing_or_wrong_field_of_a_step_is_a_bad_field(step):
    assert problems(world(step)) == [("bad_field", "start")]


BAD_INPUT = [
    ([], ""),
    ({}, ""),
    ({"number": None}, "/number"),
    ({"number": {}}, "/number"),
    ({"number": {"e164": "025501234"}}, "/number/e164"),
    (world(number={"e164": CALLED, "option": "GOLD"}), "/number/option"),
    (world(number={"e164": CALLED, "option": None}), "/number/option"),
    (world(number={"e164": CALLED, "suspended": "no"}), "/number/suspended"),
    (world(number={"e164": CALLED, "site": 5}), "/number/site"),
    (world(document=5), "/document"),
    (world(calendars=[]), "/calendars"),
    (world(sites=[]), "/sites"),
    (world(sites={"x": 5}), "/sites/x"),
    (world(announcements="welcome"), "/announcements"),
    (world(announcements=[5]), "/announcements/0"),
    (world(queues={}), "/queues"),
    (world(block=[]), "/block"),
    (world(block={"prefixes": ["3247"]}), "/block/prefixes/0"),
    (world(block={"withheld": 1}), "/block/withheld"),
    (world(allow="+32"), "/allow"),
    (world(allow=[None]), "/allow/0"),
    (world(safety_destination=5), "/safety_destination"),
    (world(policy=[]), "/policy"),
    (world(policy={"opt_in": "0800"}), "/policy/opt_in"),
    (world(policy={"international": ["33"]}), "/policy/international/0"),
    (world(emergency={"active": 1, "destination": MOBILE}), "/emergency/active"),
    (world(emergency={"active": True}), "/emergency"),
    (world(emergency={}), "/emergency"),
    (
        world(emergency={"destination": MOBILE, "document": document(hangup())}),
        "/emergency",
    ),
    (world(emergency=[]), "/emergency"),
    (world(override={}), "/override"),
    (world(override={"destination": None}), "/override/destination"),
    (world(override={"destination": MOBILE, "from": "2026-11-23"}), "/override/from"),
    (
        world(override={"destination": MOBILE, "until": "2026-11-23T09:00:00"}),
        "/override/until",
    ),
    (world(continuity=[]), "/continuity"),
    (world(continuity={"cfu": "line"}), "/continuity/cfu"),
    (world(continuity={"cfu": {"backup": MOBILE}}), "/continuity/cfu"),
    (
        world(continuity={"cfnr": {"destination": MOBILE, "after_s": "20"}}),
        "/continuity/cfnr/after_s",
    ),
    (
        world(continuity={"cfu": {"destination": MOBILE, "until": 5}}),
        "/continuity/cfu/until",
    ),
    (world(numbers=[]), "/numbers"),
    (world(numbers={"025501234": {}}), "/numbers/025501234"),
    (world(numbers={OTHER: 5}), f"/numbers/{OTHER}"),
    (world(numbers={OTHER: {"option": "GOLD"}}), f"/numbers/{OTHER}/option"),
]


@pytest.mark.parametrize(("made", "path"), BAD_INPUT)
def test_what_is_misread_around_the_documents_is_bad_input(made, path):
    found = engine.validate(made, refusal)
    assert [(p.code, p.node) for p in found] == [("bad_input", None)]
    assert found[0].path == path
