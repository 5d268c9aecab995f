"""The compiled plan as the network uses it: JSON, horizon, resuming, its Python."""

import datetime as dt
import json
import subprocess
from pathlib import Path

import pytest

from routing import engine
from tests.support.routing import (
    MOBILE,
    OTHER,
    announcement,
    document,
    forward,
    hangup,
    menu,
    queue,
    ring,
    schedule,
    world,
)

ROOT = Path(__file__).resolve().parents[3]
NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 23, 8, 15, tzinfo=dt.UTC).timestamp()


def plan_of(*args, **parts):
    return json.loads(json.dumps(engine.compile_plan(world(*args, **parts), NOW)))


def test_resolve_stands_at_the_first_step_with_its_reasons():
    start = schedule(open="desk", closed="end")
    plan = plan_of(start, steps={"desk": ring("site:gent", MOBILE)})
    walk = engine.resolve(plan, engine.Facts("+32475123456"), MONDAY)
    assert walk.step
    assert walk.step.targets == [["site:gent", "+3292223344", 20, None]]
    assert [(r.rule, r.exit, r.code) for r in walk.trace] == [("start", "open", "span")]
    following = walk.next_step("busy")
    assert following
    assert (following.name, following.targets[0][1]) == ("desk", MOBILE)
    assert walk.next_step("answered") is None
    assert walk.result == "answered"
    assert walk.next_step("answered") is None  # over is over


def test_a_simultaneous_step_takes_an_outcome_for_each_phone():
    plan = plan_of(ring(MOBILE, "line", mode="simultaneous"))
    walk = engine.resolve(plan, engine.Facts(), MONDAY)
    assert walk.step
    assert [target[1] for target in walk.step.targets] == [MOBILE, None]
    walk.next_step(["no_answer", "answered"])
    assert walk.destination == "line"


def test_words_a_network_may_not_know_take_the_safest_exit():
    for start, word, exit_ in (
        (menu(), "hello", "invalid"),
        (queue(), "hello", "timeout"),
        (announcement(), "hello", "done"),
        (ring(MOBILE), "hello", "failed"),
        (ring(MOBILE), ["busy"], "failed"),
    ):
        walk = engine.resolve(plan_of(start), engine.Facts(), MONDAY)
        walk.next_step(word)
        assert walk.trace[-1].exit == exit_


def test_a_walk_can_be_rebuilt_from_its_outcomes():
    plan = plan_of(ring(MOBILE, "line", mode="sequential"))
    walk = engine.resolve(plan, engine.Facts(), MONDAY)
    walk.next_step("busy")
    again = engine.resume(plan, engine.Facts(), MONDAY, ["busy"])
    assert (again.step, again.steps) == (walk.step, walk.steps)


def test_past_the_horizon_a_schedule_is_closed_and_raises_the_alarm():
    calendars = {"office": {"mode": "force_open"}}
    plan = plan_of(
        schedule(open="desk", closed="end"),
        steps={"desk": ring("line")},
        calendars=calendars,
    )
    # To the end of the UTC day, never less than 400 days.
    last = dt.datetime.fromtimestamp(plan["horizon"], dt.UTC)
    assert dt.timedelta(400) <= last - NOW <= dt.timedelta(401)
    for moment, exit_, alarms in (
        (last - dt.timedelta(seconds=1), "open", ()),
        (last, "closed", ("past_horizon",)),
        (NOW - dt.timedelta(hours=12), "open", ()),
        (NOW - dt.timedelta(days=30), "closed", ("past_horizon",)),
    ):
        walk = engine.resolve(plan, engine.Facts(), moment.timestamp())
        assert (walk.trace[0].exit, walk.alarms) == (exit_, alarms)


def test_compiling_again_the_same_day_gives_the_same_tables():
    tables = []
    for time in (dt.time(0, 0), dt.time(13, 7, 59), dt.time(23, 59, 59)):
        now = dt.datetime.combine(dt.date(2026, 6, 1), time, dt.UTC)
        made = world(schedule(open="end", closed="end"))
        tables.append(engine.compile_plan(made, now)["calendars"])
    assert tables[0] == tables[1] == tables[2]


def test_an_override_ends_at_its_minute_in_a_plan_compiled_before():
    until = "2026-11-23T08:15:00Z"
    plan = plan_of(override={"destination": MOBILE, "until": until})
    for moment, name in ((MONDAY - 0.001, "override"), (MONDAY, "line")):
        walk = engine.resolve(plan, engine.Facts(), moment)
        assert walk.step
        assert walk.step.name == name


def test_cfnr_rings_the_own_line_for_its_seconds():
    number = {"e164": "+3225501234", "option": "VOICE_CONTINUITY"}
    cfnr = {"destination": MOBILE, "after_s": 35}
    plan = plan_of(number=number, continuity={"cfnr": cfnr})
    walk = engine.resolve(plan, engine.Facts(), MONDAY)
    assert walk.step
    assert walk.step.targets == [["line", None, 35, None]]


def test_what_is_no_world_is_no_plan():
    with pytest.raises(engine.NotAPlan):
        engine.compile_plan({"number": 5}, NOW)


SCRIPT = """
import json, sys
before = set(sys.modules)
from routing.engine.decide import Facts, resolve
loaded = {m.partition(".")[0] for m in set(sys.modules) - before}
loaded = {m for m in loaded if not m.startswith("_sysconfigdata")}
foreign = loaded - set(sys.stdlib_module_names) - {"routing"}
assert not foreign, foreign
plan = json.load(sys.stdin)
walk = resolve(plan, Facts("+32475123456"), %s)
while walk.step:
    walk.next_step("busy")
print(json.dumps([walk.result, [r.exit for r in walk.trace], len(walk.steps)]))
"""


@pytest.mark.skipif(
    not Path("/usr/bin/python3").exists(), reason="needs the system's Python"
)
def test_the_decision_path_runs_under_the_systems_python():
    steps = {"desk": ring("line", OTHER), "end": forward(MOBILE)}
    start = schedule(open="desk", closed="end")
    plan = plan_of(start, steps=steps, numbers={OTHER: document(hangup("busy"))})
    done = subprocess.run(
        [
            "/usr/bin/python3",
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r})" + SCRIPT % MONDAY,
        ],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    here = engine.resolve(plan, engine.Facts("+32475123456"), MONDAY)
    while here.step:
        here.next_step("busy")
    expected = [here.result, [r.exit for r in here.trace], len(here.steps)]
    assert json.loads(done.stdout) == expected


def test_a_plan_holds_only_the_numbers_and_calendars_a_call_can_meet():
    calendars = {"office": {"mode": "force_open"}, "unused": {"mode": "force_open"}}
    numbers = {OTHER: document(forward(MOBILE)), "+3225501236": document(hangup())}
    plan = plan_of(
        schedule(open="away", closed="end"),
        steps={"away": forward(OTHER)},
        calendars=calendars,
        numbers=numbers,
    )
    assert set(plan["numbers"]) == {"+3225501234", OTHER}
    assert set(plan["calendars"]) == {"office"}
