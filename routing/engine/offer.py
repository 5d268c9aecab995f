"""Sending a call somewhere: to a line, or into another number's plan.

Standard library only. Every function returns the cause when nobody took the
call there, and None when the call is over (``walk.result`` is set then).
"""

from collections.abc import Mapping
from typing import Any

from routing.engine.causes import NO_ANSWER, UNCONFIRMED
from routing.engine.order import in_charge
from routing.engine.walk import Outcome, Run, Step, Target, Walk

HOPS = 12
# Plans of other numbers one call may enter: rings that each send to several numbers
# multiply along a chain, to millions within 12 hops.
MOST_ENTERED = 100
# The causes a simultaneous ring prefers to report, best first.
BEST = ("no_answer", "busy", "unreachable", "failed")
HANGUP_AS_CAUSE = {"normal": "failed", "suspended": "rejected"}
ONE: dict[str, Any] = {}


def ring_one(walk: Walk, name: str, target: Target) -> Run:
    """Act as a ring of one target: override, redirection, own line, safety."""
    cause = yield from send(walk, name, "ring", target, ONE)
    gave = _outcome_of_plan(walk, cause)
    walk.because(name, gave, name, {"target": target[0]})
    return cause


def send(
    walk: Walk,
    name: str,
    kind: str,
    target: Target,
    node: Mapping[str, Any],
    result: str = "answered",
) -> Run:
    """Send to one target, entering the plan of another number of the customer.

    ``result`` is that of a call which is answered there.
    """
    written, dialled, entered = target[0], target[1], target[3]
    if dialled is not None:
        walk.rerouted = True
        if walk.depth >= HOPS:
            _too_far(walk, name, kind, written)
            return None
    if entered is not None and not _kept_out(walk, name, written):
        if walk.entered >= MOST_ENTERED:
            _too_far(walk, name, kind, written)
            return None
        entry = walk.did(name, kind, written, None)
        cause = yield from enter(walk, entered)
        entry["outcome"] = _outcome_of_plan(walk, cause)
        return cause
    outcome = yield Step(walk.number, name, kind, [target], node)
    word = _word(outcome)
    walk.did(name, kind, written, word)
    return settle(walk, result, written, word)


def settle(walk: Walk, result: str, written: str, word: str) -> str | None:
    """End the call when it was answered or abandoned, else return the cause."""
    if word == "answered":
        walk.end(result, written)
        return None
    if word == "abandoned":
        walk.ending = word
        walk.end("abandoned")
        return None
    walk.cause = NO_ANSWER if word == UNCONFIRMED else word
    return walk.cause


def _too_far(walk: Walk, name: str, kind: str, written: str) -> None:
    walk.did(name, kind, written, "loop")
    walk.because(name, "hangup", "too_many_hops", {"target": written})
    walk.ending = walk.cause = "loop"
    walk.end("hangup")
    return


def _kept_out(walk: Walk, name: str, written: str) -> bool:
    kept_out = walk.facts.kept_out
    return bool(kept_out) and (written in kept_out or walk.key(name) in kept_out)


def _word(outcome: Outcome) -> str:
    return outcome if isinstance(outcome, str) else outcome[0]


def enter(walk: Walk, number: str) -> Run:
    """Evaluate another number's plan and come back with its cause, if any."""
    came_from = walk.number, walk.depth, walk.shown
    walk.number, walk.depth, walk.shown = number, walk.depth + 1, number
    walk.entered += 1
    try:
        if in_charge(walk.plan["numbers"][number], walk.instant) == "suspended":
            walk.because("suspended", "hangup", "suspended", {})
            walk.cause = "rejected"
            return "rejected"
        return (yield from walk.evaluate(walk))
    finally:
        walk.number, walk.depth, walk.shown = came_from


def _outcome_of_plan(walk: Walk, cause: str | None) -> str:
    if cause is not None:
        return cause
    if walk.result == "hangup":
        ending = walk.ending or "failed"
        return HANGUP_AS_CAUSE.get(ending, ending)
    return "abandoned" if walk.result == "abandoned" else "answered"


def ring_all(
    walk: Walk, name: str, targets: list[Target], node: Mapping[str, Any]
) -> Run:
    """Ring every target at once: the first written that answers wins.

    Lines ring together in one step. A target that is another number's plan is
    followed when its turn comes and nobody written before it has answered.
    """
    if walk.depth >= HOPS and any(target[1] is not None for target in targets):
        walk.rerouted = True
        _too_far(walk, name, "ring", targets[0][0])
        return None
    lines = [t for t in targets if t[3] is None or _kept_out(walk, name, t[0])]
    outcomes: list[str] = []
    if lines:
        ended = yield Step(walk.number, name, "ring", lines, node)
        outcomes = [ended] * len(lines) if isinstance(ended, str) else list(ended)
    words = dict(zip((id(line) for line in lines), outcomes, strict=False))
    causes = []
    for target in targets:
        walk.rerouted = walk.rerouted or target[1] is not None
        word = words.get(id(target), "failed") if target in lines else None
        cause = yield from _one_of_many(walk, name, target, word)
        causes.append(cause)
    if walk.result is not None:
        return None
    best = next((cause for cause in BEST if cause in causes), "failed")
    walk.cause = best
    return best


def _one_of_many(walk: Walk, name: str, target: Target, word: str | None) -> Run:
    """Record one target; ``word`` is None for a plan to enter."""
    written = target[0]
    if walk.result is not None:  # somebody written before has the call
        late = word is None or word == "answered"
        walk.did(name, "ring", written, "cancelled" if late else word)
        return None
    if word is not None:
        walk.did(name, "ring", written, word)
        return settle(walk, "answered", written, word)
    if walk.entered >= MOST_ENTERED:
        _too_far(walk, name, "ring", written)
        return None
    entry = walk.did(name, "ring", written, None)
    cause = yield from enter(walk, target[3])
    entry["outcome"] = cause = _outcome_of_plan(walk, cause)
    if walk.result == "hangup" and cause != "loop":
        walk.result, walk.cause = None, cause  # the other targets still ring
    return cause
