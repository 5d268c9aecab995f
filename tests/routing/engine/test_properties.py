"""What holds for every document, calendar and input, not only for examples."""

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numbers.destinations.policy import refusal
from routing import engine
from routing.engine.calendars import read_calendar
from routing.engine.compile import plan_at
from routing.engine.distribution import slot_table
from routing.engine.simulation import all_outcomes
from routing.engine.switches import HORIZON_DAYS, switch_table
from tests.support.calendar_tables import state_in
from tests.support.random_worlds import DESTINATIONS, documents
from tests.support.routing import (
    CALLED,
    MOBILE,
    OTHER,
    announcement,
    codes,
    full_world,
    hangup,
    places,
    world,
)

pytestmark = pytest.mark.filterwarnings("error")
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

WORDS = st.sampled_from(sorted(all_outcomes()))
NOW = dt.datetime(2026, 6, 1, 12, 34, 56, tzinfo=dt.UTC)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@QUICK
@given(
    documents(),
    st.dictionaries(
        st.sampled_from([*(f"s{n}" for n in range(7)), "line", MOBILE, OTHER, "final"]),
        WORDS,
    ),
    st.integers(0, 365 * 24 * 3600),
    st.integers(0, 1000),
)
def test_every_valid_document_terminates_and_its_plan_agrees(
    made, outcomes, second, ordinal
):
    there = world(number={"e164": CALLED}, document=made, numbers={OTHER: None})
    assert set(codes(there)) <= {"unreachable_step", "ring_budget_exceeded"}
    moment = NOW + dt.timedelta(seconds=second)
    call = {"caller": None, "ordinal": ordinal}
    interpreted = engine.run(plan_at(there, moment), call, moment, outcomes)
    assert interpreted.step is None
    assert interpreted.result in (
        {"answered", "voicemail", "forwarded", "hangup", "abandoned", "unanswered"}
    )
    assert len(interpreted.steps) <= 4 * len(made["nodes"]) + 3

    served = json.loads(json.dumps(engine.compile_plan(there, NOW)))
    compiled = engine.run(served, call, moment, outcomes)
    assert compiled.steps == interpreted.steps
    assert [r[:3] for r in compiled.trace] == [r[:3] for r in interpreted.trace]
    assert compiled.alarms == ()


TIMES = st.integers(0, 24 * 4 - 1).map(lambda n: f"{n // 4:02d}:{n % 4 * 15:02d}")
SPANS = st.lists(st.tuples(TIMES, TIMES | st.just("24:00")).map(list), max_size=2)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = ("Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")


@QUICK
@given(
    st.dictionaries(st.sampled_from(DAYS), SPANS),
    st.lists(
        st.dates(dt.date(2026, 6, 1), dt.date(2027, 7, 1)), max_size=3, unique=True
    ),
    SPANS,
    st.sampled_from(ZONES),
    st.sampled_from([None, "BE"]),
    st.data(),
)
def test_compiled_and_interpreted_calendars_agree_to_the_horizon(
    weekly, days, hours, zone, holiday_set, data
):
    special = [{"date": day.isoformat(), "hours": hours} for day in days]
    raw = {
        "weekly": weekly,
        "special": special,
        "time_zone": zone,
        "holidays": holiday_set,
    }
    read, problems = read_calendar(raw, "")
    assert problems == []
    table = switch_table(read, NOW)
    json.dumps(table)
    offsets = [n for at in table["at"] for n in (at - 1, at, at + 1)]
    last = int((NOW + dt.timedelta(days=HORIZON_DAYS)).timestamp()) - 1
    any_second = st.integers(int(NOW.timestamp()), last)
    near = st.sampled_from(offsets).filter(lambda n: NOW.timestamp() <= n <= last)
    for _ in range(20):
        second = data.draw(near | any_second if len(offsets) > 3 else any_second)
        moment = dt.datetime.fromtimestamp(second, dt.UTC)
        assert state_in(table, second)[0] == read.state_at_instant(moment)[0]


@given(st.integers(0, 300), st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_any_hundred_consecutive_ordinals_hold_the_shares(start, weights):
    shares = {f"e{n}": weight for n, weight in enumerate(weights)}
    rest = 100 - sum(weights)
    if rest < 0:
        return
    shares["rest"] = rest
    exits = dict.fromkeys(shares, "end")
    made = {"type": "distribution", "shares": shares, "exits": exits}
    plan = engine.compile_plan(world(made), NOW)
    taken = []
    for ordinal in range(start, start + 100):
        facts = engine.Facts(None, ordinal)
        taken.append(engine.resolve(plan, facts, NOW.timestamp()).trace[0].exit)
    assert {name: taken.count(name) for name in shares} == shares


@given(st.lists(st.integers(1, 100), min_size=2, max_size=5), st.integers(1, 100))
def test_shorter_runs_are_off_by_less_than_one_or_two_calls(weights, length):
    total = sum(weights)
    exact = [weight * 100 // total for weight in weights]
    exact[0] += 100 - sum(exact)
    shares = {f"e{n}": share for n, share in enumerate(exact)}
    run = slot_table(shares)[:length]
    limit = 1 if len(shares) == 2 else 2
    for name, share in shares.items():
        assert abs(run.count(name) - length * share / 100) < limit


def test_a_distribution_starts_as_the_rule_says():
    assert slot_table({"a": 60, "b": 40})[:5] == ["a", "b", "a", "b", "a"]
    assert slot_table({"b": 50, "a": 50})[:3] == ["b", "a", "b"]


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_validation_never_raises_on_any_json(raw):
    engine.validate(raw, refusal)
    engine.parse(raw)


FULL = full_world()


def test_the_full_world_is_valid():
    assert codes(FULL) == []
    assert list(engine.call_problems(FULL["call"], FULL["outcomes"], FULL)) == []


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(places(FULL), key=str)), JSON | DESTINATIONS)
def test_one_broken_place_gives_problems_or_a_result_never_an_error(place, value):
    made = json.loads(json.dumps(FULL))
    if not place:
        made = value
    else:
        parent = made
        for part in place[:-1]:
            parent = parent[part]
        parent[place[-1]] = value
    problems = engine.validate(made, refusal)
    if isinstance(made, dict):
        call, outcomes = made.get("call"), made.get("outcomes")
        problems += engine.call_problems(call, outcomes, made)
        if not problems and call:
            assert engine.simulate(made, call, outcomes)["result"]
    for problem in problems:
        assert_points_into(made, problem.path)


def assert_points_into(made, path):
    for part in path.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        made = made[int(part)] if isinstance(made, list) else made[part]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(places(FULL), key=str)))
def test_one_missing_place_gives_problems_or_a_result_never_an_error(place):
    if not place:
        return
    made = json.loads(json.dumps(FULL))
    parent = made
    for part in place[:-1]:
        parent = parent[part]
    del parent[place[-1]]
    problems = engine.validate(made, refusal)
    call, outcomes = made.get("call"), made.get("outcomes")
    problems += engine.call_problems(call, outcomes, made)
    if not problems and call:
        assert engine.simulate(made, call, outcomes)["result"]


def test_a_chain_of_a_hundred_thousand_steps_does_not_exhaust_the_stack():
    nodes = {f"s{n}": announcement(f"s{n + 1}") for n in range(100_000)}
    nodes["s100000"] = hangup()
    made = {"schema": 1, "entry": "s0", "nodes": nodes}
    assert [p.code for p in engine.parse(made)[1]] == ["too_many_steps"]
