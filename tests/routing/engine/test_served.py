"""The numbers and mailboxes that calls can come to, read from a compiled plan."""

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
    OTHER,
    SAFETY,
    THIRD,
    VOICEMAIL,
    asked,
    document,
    forward,
    menu,
    ring,
    schedule,
    world,
)

GHENT, MAILBOX = "+3292223344", "info@acme.example"
ORIGIN = {
    "type": "origin",
    "rules": [{"prefixes": [MOBILE], "exit": "mobile"}],
    "exits": {"mobile": "end", "other": "line"},
}
CONTINUITY = {"e164": CALLED, "option": "VOICE_CONTINUITY", "suspended": False}
SUSPENDED = {"e164": CALLED, "option": "CLASSIC", "suspended": True}
YESTERDAY, TOMORROW = "2026-05-31T00:00:00Z", "2026-06-02T00:00:00Z"
FOR_NOW = {"from": YESTERDAY, "until": TOMORROW}
OVER = {"from": YESTERDAY, "until": "2026-06-01T12:00:00Z"}
LATER = {"from": TOMORROW, "until": None}
# What sends to MOBILE in whatever part.
SENDS = {"document": document(forward(MOBILE))}


def sent_to(found) -> set[str]:
    plan = json.loads(json.dumps(engine.compile_plan(found, NOW, refusal)))
    return engine.sent_to(plan, NOW.timestamp())


def diverted(window, destination=MOBILE):
    return {"override": {"destination": destination, **window}}


def redirected(kind="cfnr", destination=MOBILE, backup=None, window=FOR_NOW):
    place = {"destination": destination, "backup": backup, "after_s": 20, **window}
    return {"continuity": {kind: place}}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (world(), set()),
        (world(ring("line")), set()),
        (world(asked(forward(MOBILE))), {MOBILE}),
        # On whichever exit, and at whatever hour.
        (
            world(
                schedule(open="keys", closed="night"),
                steps={
                    "keys": menu(key_1="desk", timeout="end", invalid="end"),
                    "desk": asked(ring("line", "site:gent", MOBILE)),
                    "night": {**VOICEMAIL, "mailbox": "Info@Acme.example"},
                },
            ),
            {GHENT, MOBILE, MAILBOX},
        ),
        # Callers are nobody who is called.
        (world(ORIGIN, steps={"line": ring("line")}), set()),
        (world(ring("line"), allow=[MOBILE]), set()),
        (world(block={"prefixes": [MOBILE], "withheld": False}), set()),
        # One decides, the others wait.
        (world(forward(THIRD), **diverted(FOR_NOW)), {MOBILE}),
        (world(forward(THIRD), **diverted(OVER)), {THIRD}),
        (world(forward(THIRD), **diverted(LATER)), {THIRD}),
        (world(forward(MOBILE), number=CONTINUITY), set()),
        (world(forward(THIRD), number=CONTINUITY, **redirected()), {MOBILE}),
        (
            world(number=CONTINUITY, **redirected("cfb", "site:gent", MOBILE)),
            {GHENT, MOBILE},
        ),
        (world(number=CONTINUITY, **redirected("cfu", "line", MOBILE)), {MOBILE}),
        (world(number=CONTINUITY, **redirected(window=OVER)), set()),
        (world(forward(THIRD), **redirected("cfu")), {THIRD}),
        (
            world(
                forward(THIRD),
                emergency={"active": True, "document": document(forward(MOBILE))},
            ),
            {MOBILE},
        ),
        (world(emergency={"active": True, "destination": MOBILE}), {MOBILE}),
        (
            world(forward(THIRD), emergency={"active": False, "destination": MOBILE}),
            {THIRD},
        ),
        # After all of them.
        (world(safety_destination=SAFETY), {SAFETY}),
        (world(safety_destination=SAFETY, **diverted(FOR_NOW)), {SAFETY, MOBILE}),
        (world(forward(MOBILE), number=SUSPENDED, safety_destination=SAFETY), set()),
        # And in the plans of others, where the safety destination is one of them, too.
        (world(forward(OTHER), numbers={OTHER: SENDS}), {OTHER, MOBILE}),
        (world(safety_destination=OTHER, numbers={OTHER: SENDS}), {OTHER, MOBILE}),
        (
            world(forward(OTHER), numbers={OTHER: {**SENDS, "suspended": True}}),
            set(),
        ),
        (
            world(
                forward(OTHER),
                numbers={OTHER: {**SENDS, "option": "VOICE_CONTINUITY"}},
            ),
            {OTHER},
        ),
        (
            world(
                forward(OTHER),
                numbers={OTHER: {**SENDS, **diverted(FOR_NOW, THIRD)}},
            ),
            {OTHER, THIRD},
        ),
        # It could be called, and is not.
        (world(ring("line"), numbers={OTHER: SENDS}), set()),
    ],
)
def test_calls_come_to_what_decides_for_them(found, expected):
    assert sent_to(found) == expected


def test_calls_that_enter_a_suspended_number_end_there():
    """Served so where nothing asks whether it may be called."""
    there = {**SENDS, "suspended": True}
    plan = engine.compile_plan(world(forward(OTHER), numbers={OTHER: there}), NOW)
    assert engine.sent_to(plan, NOW.timestamp()) == {OTHER}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    worlds(),
    st.sampled_from(["+32475123456", "+33123456789", None]),
    st.lists(st.sampled_from(sorted(all_outcomes())), min_size=40, max_size=40),
)
def test_no_call_comes_to_anything_else(made, caller, outcomes):
    plan = plan_at({**made, "safety_destination": SAFETY}, NOW, refusal)
    walk = engine.resolve(plan, engine.Facts(caller), NOW.timestamp())
    rung = set()
    for outcome in outcomes:
        if walk.step is None:
            break
        rung |= {dialled for _written, dialled, *_more in walk.step.targets if dialled}
        rung |= {walk.step.node["mailbox"]} if "mailbox" in walk.step.node else set()
        walk.next_step(outcome)
    assert rung <= engine.sent_to(plan, NOW.timestamp())
