"""Every code of the engine has its sentence, filled and without holes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import decisions
from routing.engine import Problem
from routing.steps import PAGES
from routing.words import codes, sentences
from tests.support.routing import (
    CALLED,
    MOBILE,
    MONDAY_MORNING,
    OTHER,
    VOICEMAIL,
    announcement,
    document,
    forward,
    full_world,
    menu,
    places,
    queue,
    ring,
    schedule,
    simulate,
    world,
)
from vms_portal.kernel.formatting import display

ENGINE = Path(__file__).resolve().parents[2] / "routing" / "engine"
SOURCE = "\n".join(path.read_text("utf-8") for path in ENGINE.rglob("*.py"))


@pytest.mark.parametrize("code", sorted(codes.PROBLEMS))
def test_every_problem_code_is_one_the_engine_can_report(code):
    assert f'"{code}"' in SOURCE


def test_every_reason_of_a_decision_has_a_sentence():
    spoken = set(re.findall(r'because\(\s*[^,]+,\s*[^,]+,\s*"([a-z_]+)"', SOURCE))
    spoken = {code for code in spoken if not code.endswith("_")}
    assert "too_many_hops" in spoken
    of_steps = {code for page in PAGES.values() for code in page.reasons}
    assert spoken <= codes.BECAUSE.keys() | of_steps


def test_a_confirm_outside_of_a_plan_that_cannot_be_says_where():
    made = world(override={"destination": MOBILE, "confirm": True, "confirm_s": 60})
    with override("en"):
        told = [problem["message"] for problem in decisions.check(made)]
    assert told == [
        "/override/confirm_s: confirm is true or false, confirm_s 5 to 20 seconds."
    ]


@pytest.mark.parametrize("code", sorted(codes.PROBLEMS))
def test_a_problem_without_parameters_still_reads(code):
    with override("en"):
        message = sentences.message(Problem(code, "/document", "start"))
    assert message.endswith(".")
    assert "%(" not in message


def told(result):
    with override("en"):
        return sentences.step_sentences(result)


def because(result):
    with override("en"):
        return [sentences.because(entry["because"]) for entry in result["trace"]]


def test_a_call_is_told_in_sentences():
    made = world(ring("site:gent", MOBILE, "line", mode="simultaneous"))
    assert told(simulate(made, {"site:gent": "no_answer"})) == [
        "The call rang site gent: no answer.",
        f"The call rang {display(MOBILE)}: answered.",
        "The number's own line stopped ringing, because another phone answered.",
        f"The call was answered at {display(MOBILE)}.",
    ]


def test_every_kind_of_step_and_ending_is_told():
    start = schedule(open="keys", closed="say")
    steps = {
        "keys": menu(key_1="wait", timeout="say", invalid="say"),
        "wait": queue(timeout="away"),
        "say": announcement("night"),
        "night": VOICEMAIL,
        "away": forward(MOBILE),
    }
    made = world(start, steps=steps)
    outcomes = {"keys": "1", "wait": "no_agents", "away": "busy"}
    assert told(simulate(made, outcomes)) == [
        "The caller heard the menu keys: 1.",
        "The caller waited in the queue of step wait: no agents.",
        f"The call was forwarded to {display(MOBILE)}: busy.",
        "The caller heard that nobody could take the call.",
        "Nobody answered the call.",
    ]
    assert because(simulate(made, outcomes)) == [
        "Monday 09:15 falls in 08:30-12:00 of calendar office",
        "the caller gave 1",
        "queue sales had no agents",
    ]
    assert told(simulate(made))[-2:] == [
        "The caller could leave a message.",
        "The call ended in the voicemail of info@acme.example.",
    ]


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            world(number={"e164": CALLED, "suspended": True}),
            "the number is suspended",
        ),
        (
            world(block={"prefixes": ["+3247"]}),
            "the caller is on the block list under +3247",
        ),
        (world(), "nothing redirects the call: the number's own line rings"),
        (
            world(override={"destination": MOBILE}),
            f"the number is diverted: {display(MOBILE)}",
        ),
        (
            world(emergency={"destination": "site:gent"}),
            "a continuity plan is active: site gent",
        ),
    ],
)
def test_every_decision_gives_its_reason(made, sentence):
    assert because(simulate(made)) == [sentence]


def test_a_holiday_is_named():
    made = world(schedule())
    result = simulate(made, at="2026-12-25T09:00:00+01:00")
    assert because(result) == ["it is Christmas Day in calendar office"]


def test_a_request_is_answered_with_sentences_or_problems():
    request = {**world(forward(OTHER)), "call": {"at": MONDAY_MORNING}}
    request["numbers"] = {OTHER: document(forward(CALLED))}
    with override("en"):
        answer = decisions.simulate_call(request)
    assert answer == {
        "problems": [
            {
                "code": "loop_across_numbers",
                "node": "start",
                "path": "/document/nodes/start/destination",
                "message": f"Sending to {OTHER} creates a loop between your numbers: "
                "choose another destination here or there.",
            }
        ]
    }
    assert decisions.check(request) == answer["problems"]


FULL = full_world()
HOSTILE: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 10**400, 1e308, "", "%s %(x)d", "\ud800", [], {}, [{}], {"a": []}]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(places(FULL), key=str)), HOSTILE, st.booleans())
def test_any_broken_request_is_answered_in_json(place, value, renames):
    broken = json.loads(json.dumps(FULL))
    parent, last = {"": broken}, ""
    for part in place:
        parent, last = parent[last], part
    if renames and isinstance(parent, dict) and isinstance(value, str):
        parent[value] = parent.pop(last)
    else:
        parent[last] = value
    answer = decisions.simulate_call(broken if place else value)
    assert answer.get("problems") or answer["result"]
    for found in answer.get("problems", ()):
        assert set(found) - {"number"} == {"code", "node", "path", "message"}
        assert found["message"]
    assert json.loads(json.dumps(answer)) == answer
