"""What each type of step does with a call, exit by exit."""

import pytest

from tests.support.routing import (
    CALLED,
    MOBILE,
    VOICEMAIL,
    announcement,
    forward,
    hangup,
    menu,
    offered,
    queue,
    ring,
    schedule,
    simulate,
    taken,
    world,
)

LIEGE = "+3242223344"
CAUSES = ["busy", "no_answer", "unreachable"]
OTHER_CAUSES = ["congestion", "rejected", "unallocated", "failed", "loop", "cancelled"]


def test_schedule_takes_the_exit_of_its_calendar():
    start = schedule(open="desk", closed="end")
    made = world(start, steps={"desk": ring("line")})
    assert taken(simulate(made))[0] == ("start", "open")
    evening = simulate(made, at="2026-11-23T20:00:00+01:00")
    assert taken(evening) == [("start", "closed")]


def test_holiday_without_an_exit_of_its_own_falls_back_to_closed():
    christmas = "2026-12-25T09:00:00+01:00"
    made = world(schedule(open="desk", closed="end"), steps={"desk": ring("line")})
    assert taken(simulate(made, at=christmas)) == [("start", "closed")]
    own = schedule(open="desk", closed="end", holiday="end")
    made = world(own, steps={"desk": ring("line")})
    assert taken(simulate(made, at=christmas)) == [("start", "holiday")]


def origin(**exits):
    rules = [
        {"prefixes": ["+3247", "+3248"], "exit": "mobile"},
        {"prefixes": ["+32475123456"], "exit": "boss"},
    ]
    return {"type": "origin", "rules": rules, "exits": exits}


@pytest.mark.parametrize(
    ("caller", "exit_"),
    [
        ("+32470000000", "mobile"),
        ("+32489999999", "mobile"),
        ("+32475123456", "boss"),  # the longest prefix, not the first written
        ("+3225501234", "other"),
        ("+324", "other"),
        ("anonymous", "other"),
        (None, "withheld"),
        ("", "withheld"),
    ],
)
def test_origin_takes_the_longest_prefix(caller, exit_):
    made = world(origin(mobile="end", boss="end", other="end", withheld="end"))
    assert taken(simulate(made, caller=caller)) == [("start", exit_)]


def test_a_withheld_caller_falls_back_to_other():
    made = world(origin(mobile="end", boss="end", other="end"))
    assert taken(simulate(made, caller=None)) == [("start", "other")]


def test_distribution_counts_by_its_own_ordinal_or_by_one_for_all():
    start = {
        "type": "distribution",
        "shares": {"a": 60, "b": 40},
        "exits": {"a": "end", "b": "end"},
    }
    exits = [taken(simulate(world(start), ordinal=n))[0][1] for n in range(5)]
    assert exits == ["a", "b", "a", "b", "a"]
    assert taken(simulate(world(start), ordinal={"start": 101}))[0][1] == "b"
    assert taken(simulate(world(start), ordinal={"another": 1}))[0][1] == "a"


@pytest.mark.parametrize(
    ("given", "exit_"),
    [("1", "1"), ("*", "*"), ("#", "#"), ("7", "invalid"), ("timeout", "timeout")],
)
def test_menu_takes_the_key_given_or_invalid(given, exit_):
    exits = {"1": "end", "*": "end", "#": "end", "timeout": "end", "invalid": "end"}
    result = simulate(world(menu(**exits)), {"start": given})
    assert taken(result) == [("start", exit_)]
    assert offered(result)[0] == ("start", None, exit_)


def test_a_menu_nobody_answers_times_out_by_default():
    assert taken(simulate(world(menu()))) == [("start", "timeout")]


def test_announcement_goes_on_when_done_and_alone_is_no_rerouting():
    result = simulate(world(announcement()))
    assert taken(result) == [("start", "done")]
    assert result["result"] == "hangup"
    assert result["rerouted"] is False


@pytest.mark.parametrize("kind", [menu, announcement, queue])
def test_a_caller_who_hangs_up_ends_the_call_at_once(kind):
    result = simulate(world(kind()), {"start": "abandoned"})
    assert (result["result"], result["destination"]) == ("abandoned", None)
    assert offered(result) == [("start", None, "abandoned")]


def test_sequential_ring_tries_targets_in_order_and_leaves_by_the_last_cause():
    start = ring("line", MOBILE, busy="end", no_answer="end", failed="end")
    result = simulate(world(start), {"line": "no_answer", MOBILE: "busy"})
    assert offered(result)[:2] == [
        ("start", "line", "no_answer"),
        ("start", MOBILE, "busy"),
    ]
    assert taken(result) == [("start", "busy")]


def test_sequential_ring_stops_at_the_first_answer():
    result = simulate(world(ring("line", MOBILE)))
    assert offered(result) == [("start", "line", "answered")]
    assert (result["result"], result["destination"]) == ("answered", "line")


def test_only_a_rejection_stops_the_hunt():
    made = world(ring(MOBILE, LIEGE, LIEGE))
    for cause in [*CAUSES, *OTHER_CAUSES]:
        if cause == "rejected":
            continue
        assert len(offered(simulate(made, {"start": cause}))) == 4  # and the hang-up
    result = simulate(made, {MOBILE: "rejected"})
    assert offered(result)[0] == ("start", MOBILE, "rejected")
    assert taken(result) == [("start", "failed")]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_takes_its_exit_or_falls_back_to_failed(cause):
    own = world(ring(MOBILE, **{cause: "end", "failed": "end"}))
    assert taken(simulate(own, {MOBILE: cause})) == [("start", cause)]
    bare = world(ring(MOBILE))
    assert taken(simulate(bare, {MOBILE: cause})) == [("start", "failed")]


@pytest.mark.parametrize("cause", OTHER_CAUSES)
def test_every_other_cause_leaves_by_failed(cause):
    exits = dict.fromkeys([*CAUSES, "failed"], "end")
    assert taken(simulate(world(ring(MOBILE, **exits)), {MOBILE: cause})) == [
        ("start", "failed")
    ]


def test_the_first_written_that_answers_wins_a_simultaneous_ring():
    start = ring(MOBILE, LIEGE, "line", mode="simultaneous")
    result = simulate(world(start), {MOBILE: "busy"})
    assert offered(result) == [
        ("start", MOBILE, "busy"),
        ("start", LIEGE, "answered"),
        ("start", "line", "cancelled"),
    ]
    assert result["destination"] == LIEGE


def test_one_outcome_of_a_step_holds_for_every_target():
    start = ring(MOBILE, LIEGE, mode="simultaneous")
    result = simulate(world(start), {"start": "busy", MOBILE: "answered"})
    assert [step[2] for step in offered(result)[:2]] == ["busy", "busy"]


@pytest.mark.parametrize(
    ("first", "second", "best"),
    [
        ("failed", "unreachable", "unreachable"),
        ("unreachable", "busy", "busy"),
        ("busy", "no_answer", "no_answer"),
        ("rejected", "congestion", "failed"),
        ("rejected", "busy", "busy"),
    ],
)
def test_a_simultaneous_ring_leaves_by_the_best_cause(first, second, best):
    exits = dict.fromkeys([*CAUSES, "failed"], "end")
    start = ring(MOBILE, LIEGE, mode="simultaneous", **exits)
    result = simulate(world(start), {MOBILE: first, LIEGE: second})
    assert taken(result) == [("start", best)]


def test_a_caller_who_hangs_up_while_phones_ring_ends_the_call():
    for mode in ("sequential", "simultaneous"):
        result = simulate(world(ring(MOBILE, LIEGE, mode=mode)), {MOBILE: "abandoned"})
        assert (result["result"], result["destination"]) == ("abandoned", None)
        assert taken(result) == []


def test_queue_answers_by_default_and_counts_as_rerouted():
    result = simulate(world(queue()))
    assert (result["result"], result["destination"]) == ("answered", "sales")
    assert result["rerouted"] is True
    assert offered(result) == [("start", None, "answered")]


@pytest.mark.parametrize("ending", ["timeout", "full", "no_agents", "callback"])
def test_queue_endings_take_their_exit_or_fall_back_to_timeout(ending):
    own = world(queue(**{"timeout": "end", ending: "end"}))
    assert taken(simulate(own, {"start": ending})) == [("start", ending)]
    bare = world(queue())
    assert taken(simulate(bare, {"start": ending})) == [("start", "timeout")]


def test_voicemail_ends_at_its_mailbox_and_counts_as_rerouted():
    result = simulate(world(VOICEMAIL))
    assert (result["result"], result["destination"]) == (
        "voicemail",
        "info@acme.example",
    )
    assert result["rerouted"] is True
    assert offered(result) == [("start", None, "voicemail")]


def test_forward_ends_where_it_is_answered():
    result = simulate(world(forward(MOBILE)))
    assert (result["result"], result["destination"]) == ("forwarded", MOBILE)
    assert offered(result) == [("start", MOBILE, "answered")]


@pytest.mark.parametrize("cause", ["normal", "busy", "unallocated", "rejected"])
def test_hangup_ends_the_call_without_safety(cause):
    made = world(hangup(cause), safety_destination="+3225509999")
    result = simulate(made)
    assert (result["result"], result["destination"]) == ("hangup", None)
    assert offered(result) == [("start", None, cause)]
    assert result["rerouted"] is False


@pytest.mark.parametrize("written", ["line", "site:brussels"])
def test_the_own_line_is_no_rerouting(written):
    assert simulate(world(ring(written)))["rerouted"] is False


@pytest.mark.parametrize("written", ["site:gent", MOBILE])
def test_an_offer_elsewhere_is_a_rerouting_even_when_it_fails(written):
    result = simulate(world(ring(written, "line")), {written: "busy"})
    assert result["rerouted"] is True
    assert result["destination"] == "line"


def test_the_named_site_is_the_own_line_and_no_other_is():
    named = {"e164": CALLED, "site": "gent"}
    made = world(ring("site:gent"), number=named, sites={"gent": "+3292223344"})
    assert simulate(made)["rerouted"] is False
