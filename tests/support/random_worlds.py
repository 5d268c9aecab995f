"""Worlds at random, for what holds of every one of them."""

import datetime as dt

from hypothesis import strategies as st

from tests.support.routing import (
    CALLED,
    MOBILE,
    OTHER,
    THIRD,
    VOICEMAIL,
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

DESTINATIONS = st.sampled_from(["line", "site:gent", MOBILE, OTHER, "+3242223344"])
# Nobody may call the last: no country is approved.
NOW = dt.datetime(2026, 6, 1, 12, 34, 56, tzinfo=dt.UTC)
ANYWHERE = DESTINATIONS | st.just("+33123456789")
CONFIRM = st.sampled_from([{}, {"confirm": False}, {"confirm": True}]).flatmap(
    lambda asked: st.sampled_from([asked, {**asked, "confirm_s": 5}])
)
MOMENTS = st.none() | st.sampled_from(
    ["2026-01-01T00:00:00Z", "2026-06-01T12:34:56Z", "2026-12-31T00:00:00+01:00"]
)
RINGS_ITS_LINE = {"document": document(ring("line"))}
SENDS_BACK = {"document": document(forward(CALLED))}
DIVERTED_BACK = {"override": {"destination": CALLED, "until": "2027-01-01T00:00:00Z"}}
# More numbers than a call may pass.
CHAIN = [OTHER, *(f"+32255013{n:02d}" for n in range(13))]
# What calls to OTHER do.
OTHERS = [
    {OTHER: None},
    {OTHER: RINGS_ITS_LINE},
    {OTHER: SENDS_BACK},
    {OTHER: DIVERTED_BACK},
    {OTHER: {"document": document(forward(THIRD))}, THIRD: SENDS_BACK},
    {
        one: {"document": document(forward(to))}
        for one, to in zip(CHAIN, [*CHAIN[1:], MOBILE], strict=True)
    },
]
OPTIONS = st.sampled_from(["CLASSIC", "DRS", "VOICE_CONTINUITY"])


@st.composite
def steps_after(draw, later):
    """A step whose exits lead only to steps written after it."""
    to = st.sampled_from(later)
    kind = draw(st.sampled_from(["schedule", "menu", "say", "ring", "queue", "share"]))
    if kind == "schedule":
        return schedule(open=draw(to), closed=draw(to), holiday=draw(to))
    if kind == "menu":
        return menu(key_1=draw(to), timeout=draw(to), invalid=draw(to))
    if kind == "say":
        return announcement(draw(to))
    if kind == "queue":
        return queue(timeout=draw(to), full=draw(to))
    if kind == "share":
        share = draw(st.integers(0, 100))
        exits = {"a": draw(to), "b": draw(to)}
        shares = {"a": share, "b": 100 - share}
        return {"type": "distribution", "shares": shares, "exits": exits}
    targets = draw(st.lists(DESTINATIONS, min_size=1, max_size=3))
    mode = draw(st.sampled_from(["sequential", "simultaneous"]))
    made = ring(*targets, mode=mode, failed=draw(to), busy=draw(to))
    for target in made["targets"]:
        target |= {"ring_s": 5, **draw(CONFIRM)}
    return made


@st.composite
def documents(draw):
    """A document that is valid but for steps no call reaches."""
    ends = [VOICEMAIL, {**forward(MOBILE), **draw(CONFIRM)}, hangup("busy")]
    names = [f"s{n}" for n in range(draw(st.integers(1, 7)))]
    nodes = {names[-1]: draw(st.sampled_from(ends))}
    for index in range(len(names) - 2, -1, -1):
        nodes[names[index]] = draw(steps_after(names[index + 1 :]))
    return {"schema": 1, "entry": names[0], "nodes": nodes}


@st.composite
def windows(draw, **more):
    """What sends calls somewhere for a while."""
    sending = {"destination": draw(ANYWHERE), "from": draw(MOMENTS), **draw(CONFIRM)}
    return {**sending, "until": draw(MOMENTS), **more}


@st.composite
def redirections(draw):
    return draw(windows(backup=draw(st.none() | ANYWHERE), after_s=10))


@st.composite
def emergencies(draw):
    """An emergency plan of one destination or of steps, active or dormant."""
    where = draw(ANYWHERE.map(lambda d: {"destination": d}) | _emergency_documents())
    return {"active": draw(st.booleans()), **where, **draw(CONFIRM)}


def _emergency_documents():
    return documents().map(lambda made: {"document": made})


@st.composite
def worlds(draw):
    """A world in which anything may be in charge of the called number."""
    kinds = st.sampled_from(["cfu", "cfb", "cfnr", "cfnrc"])
    return world(
        number={
            "e164": CALLED,
            "option": draw(OPTIONS),
            "suspended": draw(st.integers(0, 9)) == 0,
        },
        document=draw(st.none() | documents()),
        emergency=draw(st.none() | emergencies()),
        override=draw(st.none() | windows()),
        continuity=draw(st.dictionaries(kinds, redirections())),
        block={"prefixes": draw(st.sampled_from([[], ["+33"]])), "withheld": True},
        allow=["+3247"],
        numbers=draw(st.sampled_from(OTHERS)),
    )
