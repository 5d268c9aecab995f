"""All that calls can ring, by what is in charge."""

import datetime as dt

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
    document,
    forward,
    menu,
    queue,
    ring,
    schedule,
    world,
)

NOW = dt.datetime.fromisoformat(MONDAY_MORNING)
FAX = "+3242223344"
CONTINUITY = {"e164": CALLED, "option": "VOICE_CONTINUITY"}
BEHIND = {"cfb": {"destination": MOBILE, "backup": FAX, "after_s": 20}}
ALWAYS = {"cfu": {"destination": MOBILE, "backup": None, "after_s": 20}}
SUSPENDED = {"e164": CALLED, "suspended": True}
OFF = {"destination": MOBILE, "from": None, "until": "2026-01-01T00:00:00Z"}
ENDLESS = {
    OTHER: {"document": document(ring(THIRD, FAX))},
    THIRD: {"document": document(ring(OTHER))},
}


def rung(entry=None, steps=None, **parts):
    plan = engine.plan_at(world(entry, steps=steps, **parts), NOW)
    found = engine.phones(plan, NOW.timestamp())
    return {(number, target[0]) for number, target in found}


def own(*written):
    return {(CALLED, destination) for destination in written}


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({}, own("line")),
        ({"number": SUSPENDED}, set()),
        ({"override": {"destination": MOBILE}}, own(MOBILE)),
        ({"override": OFF}, own("line")),
        ({"emergency": {"destination": MOBILE}}, own(MOBILE)),
        ({"emergency": {"document": document(ring(MOBILE))}}, own(MOBILE)),
        ({"number": CONTINUITY}, own("line")),
        ({"number": CONTINUITY, "continuity": BEHIND}, own("line", MOBILE, FAX)),
        ({"number": CONTINUITY, "continuity": ALWAYS}, own(MOBILE)),
        ({"safety_destination": SAFETY}, own("line", SAFETY)),
        ({"safety_destination": SAFETY, "number": SUSPENDED}, set()),
    ],
)
def test_what_is_in_charge_tells_what_can_ring(parts, found):
    assert rung(**parts) == found


def test_every_kind_of_step_is_followed_on_all_its_ways():
    steps = {
        "from": {
            "type": "origin",
            "rules": [{"prefixes": ["+3247"], "exit": "mobile"}],
            "exits": {"mobile": "share", "other": "keys", "withheld": "hidden"},
        },
        "share": {
            "type": "distribution",
            "shares": {"a": 99, "b": 1, "none": 0},
            "exits": {"a": "wait", "b": "one", "none": "never"},
        },
        "keys": menu(key_1="two", timeout="say", invalid="end"),
        "wait": queue(timeout="end", full="full"),
        "say": announcement("last"),
        "hidden": ring("+3242223301"),
        "one": ring("+3242223302", "+3242223303"),
        "two": ring("+3242223304", failed="end", busy="busy"),
        "full": ring("+3242223305"),
        "last": forward("+3242223306"),
        "busy": ring("+3242223307"),
        "never": ring("+3242223308"),
        "unreached": ring("+3242223309"),
        "night": VOICEMAIL,
    }
    found = rung(schedule(open="from", closed="night"), steps)
    assert found == own(*(f"+324222330{n}" for n in range(1, 8)))


@pytest.mark.parametrize("last", [forward(MOBILE), ring(MOBILE)])
def test_the_safety_destination_is_rung_behind_a_last_destination_alone(last):
    found = rung(last, safety_destination=SAFETY)
    assert ((CALLED, SAFETY) in found) is (last["type"] == "forward")


def test_plans_of_other_numbers_are_followed_once():
    found = rung(ring(OTHER), numbers=ENDLESS)
    assert found == {(OTHER, FAX)}


def test_another_number_that_is_suspended_rings_nothing():
    numbers = {OTHER: {"suspended": True}, THIRD: {}}
    assert rung(ring(OTHER, THIRD), numbers=numbers) == {(THIRD, "line")}
