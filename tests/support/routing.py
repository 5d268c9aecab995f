"""Small worlds for engine tests: one called number and what it can meet."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from numbers.destinations.policy import refusal
from routing import engine

CALLED = "+3225501234"
MOBILE = "+32470112233"
OTHER = "+3225501235"
THIRD = "+3225501236"
SAFETY = "+3225509999"
MONDAY_MORNING = "2026-11-23T09:15:00+01:00"

Json = dict[str, Any]


def ring(*destinations: str, mode: str = "sequential", **exits: str) -> Json:
    targets = [{"destination": d, "ring_s": 20} for d in destinations]
    exits = exits or {"failed": "end"}
    return {"type": "ring", "mode": mode, "targets": targets, "exits": exits}


def forward(destination: Any) -> Json:
    return {"type": "forward", "destination": destination}


def schedule(**exits: str) -> Json:
    exits = exits or {"open": "end", "closed": "end"}
    return {"type": "schedule", "calendar": "office", "exits": exits}


def announcement(done: str = "end") -> Json:
    exits = {"done": done}
    return {"type": "announcement", "announcement": "welcome", "exits": exits}


def menu(**exits: str) -> Json:
    exits = exits or {"1": "end", "timeout": "end", "invalid": "end"}
    return {
        "type": "menu",
        "announcement": "welcome",
        "timeout_s": 5,
        "attempts": 3,
        "exits": {key.removeprefix("key_"): to for key, to in exits.items()},
    }


def queue(**exits: str) -> Json:
    return {
        "type": "queue",
        "queue": "sales",
        "max_wait_s": 180,
        "max_length": 20,
        "exits": exits or {"timeout": "end"},
    }


def hangup(cause: Any = "normal") -> Json:
    return {"type": "hangup", "cause": cause}


VOICEMAIL = {
    "type": "voicemail",
    "announcement": "leave",
    "mailbox": "info@acme.example",
}


def document(entry: Json | None = None, **steps: Json) -> Json:
    """A document whose entry is ``start``; ``end`` hangs up unless given."""
    nodes = {**({"start": entry} if entry else {}), **steps}
    leads = [step["exits"] for step in nodes.values() if "exits" in step]
    used = [to for exits in leads if isinstance(exits, dict) for to in exits.values()]
    if "end" in used and "end" not in nodes:
        nodes["end"] = hangup()
    return {"schema": 1, "entry": "start", "nodes": nodes}


def world(
    entry: Json | None = None, *, steps: Json | None = None, **parts: Any
) -> Json:
    """A world around CALLED; ``parts`` replace or add keys of the input."""
    office = {
        "time_zone": "Europe/Brussels",
        "mode": "auto",
        "weekly": {"mon": [["08:30", "12:00"]]},
        "holidays": "BE",
        "special": [],
    }
    made = {
        "number": {"e164": CALLED, "option": "CLASSIC", "suspended": False},
        "document": document(entry, **(steps or {})) if entry else None,
        "calendars": {"office": office},
        "sites": {"brussels": CALLED, "gent": "+3292223344"},
        "announcements": ["welcome", "leave"],
        "queues": ["sales"],
    }
    return deepcopy({**made, **parts})


def problems(found: Json) -> list[tuple[str, str | None]]:
    """The problems of a world as (code, node)."""
    return [(p.code, p.node) for p in engine.validate(found, refusal)]


def codes(found: Json) -> list[str]:
    return [code for code, _ in problems(found)]


def simulate(
    found: Json,
    outcomes: dict[str, str] | None = None,
    *,
    caller: str | None = "+32475123456",
    at: str = MONDAY_MORNING,
    ordinal: Any = 0,
) -> Json:
    """Simulate a call in a world that must be valid."""
    assert engine.validate(found, refusal) == []
    call = {"caller": caller, "at": at, "ordinal": ordinal}
    return engine.simulate(found, call, outcomes or {})


def taken(result: Json) -> list[tuple[str, str]]:
    """The trace as (rule, exit)."""
    return [(entry["rule"], entry["exit"]) for entry in result["trace"]]


def offered(result: Json) -> list[Any]:
    """The steps as (node, destination, outcome)."""
    return [(s["node"], s["destination"], s["outcome"]) for s in result["steps"]]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], (*path, index))


def asked(step: Json, seconds: int = 15) -> Json:
    """The step, or what sends calls somewhere, with press 1 to take the call."""
    sending = {"confirm": True, "confirm_s": seconds}
    if "targets" not in step:
        return {**step, **sending}
    return {**step, "targets": [{**target, **sending} for target in step["targets"]]}


def full_world() -> Json:
    """A valid input of the simulator with one of everything."""
    steps = {
        "share": {
            "type": "distribution",
            "shares": {"a": 60, "b": 40},
            "exits": {"a": "desk", "b": "wait"},
        },
        "from": {
            "type": "origin",
            "rules": [{"prefixes": ["+3247"], "exit": "mobile"}],
            "exits": {"mobile": "share", "other": "keys"},
        },
        "keys": menu(),
        "desk": asked(ring("line", MOBILE)),
        "wait": queue(),
        "say": announcement("night"),
        "night": VOICEMAIL,
    }
    there = {"destination": OTHER, "from": "2026-01-01T00:00:00Z", "until": None}
    there = asked(there)
    return world(
        schedule(open="from", closed="say"),
        steps=steps,
        emergency={
            "active": False,
            "document": document(asked(forward("site:gent"))),
            "confirm": False,
        },
        override={**there, "until": "2026-02-01T00:00:00Z"},
        continuity={"cfu": None, "cfnr": {**there, "backup": "line", "after_s": 20}},
        block={"prefixes": ["+3248"], "withheld": False},
        allow=["+3249"],
        safety_destination="+3225509999",
        numbers={OTHER: {"option": "DRS", "document": document(ring("line"))}},
        policy={"opt_in": ["0800"], "international": ["+33"]},
        call={
            "caller": None,
            "at": "2026-11-23T09:15:00+01:00",
            "ordinal": {"share": 1},
        },
        outcomes={"desk": "busy"},
    )
