"""What decides, in order: from the suspended number to the final announcement."""

from typing import Any

import pytest

from tests.support.routing import (
    CALLED,
    MOBILE,
    OTHER,
    SAFETY,
    document,
    forward,
    hangup,
    offered,
    ring,
    schedule,
    simulate,
    taken,
    world,
)

FINAL = ("final", None, "done")
CALLER = "+32475123456"
EMERGENCY = {"destination": "+3242223344"}
OVERRIDE = {"destination": "+3292223344"}
NIGHT = "2026-11-23T23:00:00+01:00"


def numbered(option="CLASSIC", **more):
    return {"e164": CALLED, "option": option, **more}


def test_a_suspended_number_ends_the_call_without_steps():
    made = world(ring("line"), number=numbered(suspended=True), emergency=EMERGENCY)
    result = simulate(made)
    assert (result["result"], result["destination"]) == ("hangup", None)
    assert (result["steps"], result["rerouted"]) == ([], False)
    assert taken(result) == [("suspended", "hangup")]


@pytest.mark.parametrize(
    ("block", "caller", "ends"),
    [
        ({"prefixes": ["+3247"]}, CALLER, True),
        ({"prefixes": [CALLER]}, CALLER, True),
        ({"prefixes": ["+3248"]}, CALLER, False),
        ({"prefixes": [CALLER]}, "+3247512345", False),
        ({"prefixes": ["+32"]}, None, False),
        ({"withheld": True}, None, True),
        ({"withheld": True}, "", True),
        ({"withheld": True}, CALLER, False),
        (None, None, False),
    ],
)
def test_the_block_list_ends_the_call_without_steps(block, caller, ends):
    result = simulate(world(ring("line"), block=block), caller=caller)
    assert (result["result"] == "hangup" and result["steps"] == []) is ends
    assert (("block", "hangup") in taken(result)) is ends


def test_block_comes_before_allow():
    made = world(ring("line"), block={"prefixes": ["+3247"]}, allow=[CALLER])
    assert simulate(made)["result"] == "hangup"


def test_an_allowed_caller_finds_every_schedule_open_even_forced_closed():
    calendars = {"office": {"mode": "force_closed"}}
    start = schedule(open="desk", closed="end")
    made = world(start, steps={"desk": ring("line")}, calendars=calendars, allow=["+3"])
    assert taken(simulate(made, at=NIGHT)) == [("allow", "open"), ("start", "open")]
    assert taken(simulate(made, caller=None)) == [("start", "closed")]
    made["allow"] = ["+3248"]
    assert taken(simulate(made)) == [("start", "closed")]


def test_an_active_emergency_destination_beats_override_and_document():
    made = world(ring("line"), emergency=EMERGENCY, override=OVERRIDE)
    result = simulate(made)
    assert offered(result) == [("emergency", "+3242223344", "answered")]
    assert result["rerouted"] is True
    assert taken(result) == [("emergency", "answered")]


def test_an_emergency_document_has_its_own_exits():
    own = document(ring(MOBILE, failed="end"))
    made = world(forward("+3292223344"), emergency={"active": True, "document": own})
    result = simulate(made, {MOBILE: "busy"})
    assert taken(result) == [("emergency", "document"), ("start", "failed")]
    assert result["result"] == "hangup"


def test_a_dormant_emergency_plan_does_nothing():
    made = world(ring("line"), emergency={**EMERGENCY, "active": False})
    assert offered(simulate(made)) == [("start", "line", "answered")]


@pytest.mark.parametrize(
    ("start", "until", "in_force"),
    [
        (None, None, True),
        ("2026-11-23T08:15:00Z", None, True),  # from <= now
        ("2026-11-23T08:15:01Z", None, False),
        (None, "2026-11-23T08:15:00Z", False),  # now < until
        (None, "2026-11-23T08:15:01Z", True),
    ],
)
def test_an_override_is_in_force_from_its_start_until_just_before_its_end(
    start, until, in_force
):
    made = world(ring("line"), override={**OVERRIDE, "from": start, "until": until})
    assert (offered(simulate(made))[0][0] == "override") is in_force


def test_an_override_beats_voice_continuity_too():
    made = world(
        number=numbered("VOICE_CONTINUITY"),
        continuity={"cfu": {"destination": MOBILE}},
        override=OVERRIDE,
    )
    assert offered(simulate(made)) == [("override", "+3292223344", "answered")]


@pytest.mark.parametrize("option", ["CLASSIC", "DRS"])
def test_smart_routing_without_a_document_rings_the_own_line(option):
    result = simulate(world(number=numbered(option)))
    assert offered(result) == [("line", "line", "answered")]
    assert (result["destination"], result["rerouted"]) == ("line", False)


def test_each_option_ignores_the_plan_of_the_others():
    both = {"continuity": {"cfu": {"destination": MOBILE}}}
    assert offered(simulate(world(ring("line"), **both)))[0][0] == "start"
    made = world(ring("line"), number=numbered("VOICE_CONTINUITY"), **both)
    assert offered(simulate(made)) == [("cfu", MOBILE, "answered")]


CONDITIONAL: dict[str, Any] = {
    "cfb": {"destination": "+3210111111"},
    "cfnr": {"destination": "+3211111111", "after_s": 30},
    "cfnrc": {"destination": "+3212111111"},
}


@pytest.mark.parametrize(
    ("cause", "kind"),
    [("busy", "cfb"), ("no_answer", "cfnr"), ("unreachable", "cfnrc")],
)
def test_the_own_line_is_redirected_by_cause(cause, kind):
    made = world(number=numbered("VOICE_CONTINUITY"), continuity=CONDITIONAL)
    result = simulate(made, {"line": cause})
    destination = CONDITIONAL[kind]["destination"]
    assert offered(result) == [
        ("line", "line", cause),
        (kind, destination, "answered"),
    ]
    assert taken(result) == [("line", cause), (kind, "answered")]


@pytest.mark.parametrize("cause", ["congestion", "rejected", "failed"])
def test_another_outcome_of_the_own_line_has_no_redirection(cause):
    made = world(number=numbered("VOICE_CONTINUITY"), continuity=CONDITIONAL)
    assert offered(simulate(made, {"line": cause})) == [("line", "line", cause), FINAL]


def test_a_cause_without_its_redirection_ends_unanswered():
    made = world(number=numbered("VOICE_CONTINUITY"), continuity={"cfb": None})
    result = simulate(made, {"line": "busy"})
    assert offered(result) == [("line", "line", "busy"), FINAL]
    assert result["result"] == "unanswered"


def test_the_backup_is_used_once():
    cfu = {"destination": MOBILE, "backup": "+3242223344"}
    made = world(number=numbered("VOICE_CONTINUITY"), continuity={"cfu": cfu})
    assert offered(simulate(made, {MOBILE: "rejected"})) == [
        ("cfu", MOBILE, "rejected"),
        ("cfu", "+3242223344", "answered"),
    ]
    assert offered(simulate(made, {"cfu": "busy"})) == [
        ("cfu", MOBILE, "busy"),
        ("cfu", "+3242223344", "busy"),
        FINAL,
    ]
    assert offered(simulate(made, {MOBILE: "abandoned"})) == [
        ("cfu", MOBILE, "abandoned")
    ]


def test_a_redirection_ends_at_its_minute():
    until = "2026-11-23T09:15:00+01:00"
    cfu = {"destination": MOBILE, "until": until}
    made = world(number=numbered("VOICE_CONTINUITY"), continuity={"cfu": cfu})
    before = simulate(made, at="2026-11-23T09:14:59.999+01:00")
    assert offered(before)[0][0] == "cfu"
    assert offered(simulate(made, at=until))[0][0] == "line"


UNANSWERED = [
    world(forward(MOBILE)),
    world(override={"destination": MOBILE}),
    world(emergency={"destination": MOBILE}),
    world(
        number=numbered("VOICE_CONTINUITY"), continuity={"cfu": {"destination": MOBILE}}
    ),
    world(),
]


@pytest.mark.parametrize("made", UNANSWERED)
def test_what_nobody_answers_goes_to_safety_once_then_to_the_final_announcement(made):
    where = offered(simulate(made))[0][1]
    safe = {**made, "safety_destination": SAFETY}
    saved = simulate(safe, {where: "congestion"})
    assert offered(saved)[1:] == [("safety", SAFETY, "answered")]
    assert (saved["result"], saved["destination"]) == ("answered", SAFETY)
    assert saved["rerouted"] is True
    lost = simulate(safe, {where: "busy", SAFETY: "no_answer"})
    assert offered(lost)[1:] == [("safety", SAFETY, "no_answer"), FINAL]
    assert (lost["result"], lost["destination"]) == ("unanswered", None)


@pytest.mark.parametrize("made", UNANSWERED)
def test_without_a_safety_destination_the_final_announcement_follows(made):
    where = offered(simulate(made))[0][1]
    assert offered(simulate(made, {where: "failed"}))[1:] == [FINAL]


@pytest.mark.parametrize("made", UNANSWERED)
def test_an_abandoned_call_goes_nowhere_else(made):
    where = offered(simulate(made))[0][1]
    result = simulate({**made, "safety_destination": SAFETY}, {where: "abandoned"})
    assert (result["result"], len(result["steps"])) == ("abandoned", 1)


def test_a_hang_up_ends_the_call_before_safety_is_asked():
    made = world(hangup("busy"), safety_destination=SAFETY, numbers={OTHER: None})
    assert offered(simulate(made)) == [("start", None, "busy")]


def test_a_caller_may_hang_up_during_the_final_announcement():
    result = simulate(world(forward(MOBILE)), {MOBILE: "busy", "final": "abandoned"})
    assert result["result"] == "abandoned"
