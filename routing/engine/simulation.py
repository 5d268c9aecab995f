"""What would happen to one call, given what each step and destination does."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from routing.engine import fields
from routing.engine.compile import plan_at
from routing.engine.decide import resolve
from routing.engine.destinations import DestinationPolicy
from routing.engine.problems import Problem, pointer
from routing.engine.steps import KINDS, kind_of
from routing.engine.steps.base import ATTEMPT
from routing.engine.walk import Facts, Plan, Step, Walk
from routing.engine.world import instant

Json = dict[str, Any]


def call_problems(call: object, outcomes: object, world: Json) -> Iterator[Problem]:
    """Yield what is wrong with the ``call`` and ``outcomes`` of a simulation."""
    if not isinstance(call, dict):
        yield _bad("/call" if "call" in world else "", "no_call")
        return
    if not isinstance(call.get("caller", ""), str | None):
        yield _bad("/call/caller", "not_text")
    if instant(call.get("at")) is None:
        yield _bad("/call/at" if "at" in call else "/call", "instant")
    if not _is_ordinal(call.get("ordinal", 0)):
        yield _bad("/call/ordinal", "ordinal")
    if outcomes is not None and not isinstance(outcomes, dict):
        yield _bad("/outcomes", "not_an_object")
    elif outcomes:
        kinds = _step_kinds(world)
        for key, word in outcomes.items():
            known = kind_of(kinds.get(key)).outcomes
            known = all_outcomes() if known is None else known
            if not isinstance(word, str) or word not in known:
                params = {"reason": "outcome", "key": key}
                yield Problem("bad_input", pointer("/outcomes", key), params=params)


def all_outcomes() -> frozenset[str]:
    """Return every word an attempt or a step may end with."""
    return ATTEMPT.union(*(kind.outcomes or () for kind in KINDS.values()))


def _is_ordinal(raw: object) -> bool:
    if isinstance(raw, dict):
        return all(_is_count(value) for value in raw.values())
    return _is_count(raw)


def _is_count(raw: Any) -> bool:
    return fields.is_whole(raw) and raw >= 0


def _bad(path: str, reason: str) -> Problem:
    return Problem("bad_input", path, params={"reason": reason})


def _step_kinds(world: Json) -> dict[str, str]:
    """Return the type of every step by the key outcomes name it with."""
    kinds = {"final": "announcement"}
    for prefix, owner in _owners(world):
        emergency = owner.get("emergency")
        plans = [emergency.get("document")] if isinstance(emergency, dict) else []
        for document in (*plans, owner.get("document")):
            for name, node in _nodes(document):
                if isinstance(node, dict) and isinstance(node.get("type"), str):
                    kinds[prefix + name] = node["type"]
    return kinds


def _owners(world: Json) -> Iterator[tuple[str, Json]]:
    yield "", world
    others = world.get("numbers")
    for e164, other in others.items() if isinstance(others, dict) else ():
        if isinstance(other, dict):
            is_document = bool(other.keys() & {"schema", "entry", "nodes"})
            yield f"{e164}/", {"document": other} if is_document else other


def _nodes(document: object) -> Iterator[tuple[str, Any]]:
    nodes = document.get("nodes") if isinstance(document, dict) else None
    yield from nodes.items() if isinstance(nodes, dict) else ()


def simulate(
    world: object,
    call: Json,
    outcomes: Mapping[str, str] | None,
    policy: DestinationPolicy | None = None,
) -> Json:
    """Return where a call goes in a valid world: the path, and why.

    What ``policy`` refuses is left out, as in a compiled plan.

    ``call`` holds ``caller`` (None: withheld), ``at`` (ISO 8601 with offset) and
    ``ordinal``; ``outcomes`` is keyed by step or destination. Calendars are
    interpreted, so any instant will do. ``because`` is a code with parameters.
    """
    at = instant(call["at"])
    if at is None:
        raise ValueError("validate the call first")
    return present(run(plan_at(world, at, policy), call, at, outcomes or {}))


def run(plan: Plan, call: Json, at: dt.datetime, outcomes: Mapping[str, str]) -> Walk:
    """Drive a call through a plan to its end with the given outcomes."""
    facts = Facts(call.get("caller"), call.get("ordinal", 0), outcomes.keys())
    walk = resolve(plan, facts, at.timestamp())
    while (step := walk.step) is not None:
        walk.next_step(_outcome(step, outcomes, plan["number"]))
    return walk


def _outcome(step: Step, outcomes: Mapping[str, str], called: str) -> str | list[str]:
    key = step.name if step.number == called else step.key
    given = outcomes.get(key)
    usual = KINDS[step.kind].usual
    if given is not None or not step.targets:
        return given or usual
    words = [outcomes.get(target[0], usual) for target in step.targets]
    return words if len(words) > 1 else words[0]


def present(walk: Walk) -> Json:
    """Return a finished walk as the JSON of the simulator."""
    return {
        "result": walk.result,
        "destination": walk.destination,
        "rerouted": walk.rerouted,
        "steps": walk.steps,
        "trace": [_entry(reason) for reason in walk.trace],
    }


def _entry(reason: Any) -> Json:
    entry = {"rule": reason.rule, "exit": reason.exit}
    if reason.number is not None:
        entry["number"] = reason.number
    return {**entry, "because": {"code": reason.code, "params": dict(reason.params)}}


RECORDED = {
    "answered": "answered",
    "forwarded": "answered",
    "voicemail": "voicemail",
    "abandoned": "abandoned",
}
STORED_AS_FAILED = ("unallocated", "loop", "cancelled")


def call_record(walk: Walk) -> dict[str, str | None]:
    """Return treatment, outcome and destination as a call record stores them."""
    refused = walk.ending in ("suspended", "blocked")
    treatment = "rerouted" if walk.rerouted else "direct"
    outcome = RECORDED.get(walk.result or "") or walk.cause or "rejected"
    return {
        "treatment": "refused" if refused else treatment,
        "outcome": "failed" if outcome in STORED_AS_FAILED else outcome,
        "destination": walk.recorded,
    }
