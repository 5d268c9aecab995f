"""What each type of step does with a call. Standard library only.

A choosing step (schedule, origin, distribution) returns the next step's name at
once. An acting step is a generator: it yields a ``Step``, is sent the outcome
and returns the next step's name, or None when the path or the call is over.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from routing.engine.offer import ring_all, send
from routing.engine.walk import SIMULTANEOUS, Run, Step, Walk, longest_prefix

Node = Mapping[str, Any]
NOTHING: dict[str, Any] = {}


def schedule(walk: Walk, name: str, node: Node) -> str:
    if walk.open_all:
        exit_, following = node["ways"]["open"]
        walk.because(name, exit_, "allowed_caller", NOTHING)
        return following
    calendar = walk.plan["calendars"][node["calendar"]]
    # Whole seconds: comparing integers is what makes the bisection quick.
    position = bisect_right(calendar["at"], walk.second)
    if position and walk.second < walk.plan["horizon"]:
        state, code, params = calendar["is"][position - 1]
    else:
        walk.alarms = (*walk.alarms, "past_horizon")
        state, code = "closed", "past_horizon"
        params = {"calendar": node["calendar"]}
    exit_, following = node["ways"][state]
    walk.because(name, exit_, code, params)
    return following


def origin(walk: Walk, name: str, node: Node) -> str:
    caller = walk.facts.caller
    if not caller:
        exit_, following = node["withheld"]
        walk.because(name, exit_, "withheld", NOTHING)
        return following
    prefix = longest_prefix(node, caller)
    if prefix is None:
        exit_, following = node["other"]
        walk.because(name, exit_, "other_origin", NOTHING)
        return following
    exit_, following = node["prefixes"][prefix]
    walk.because(name, exit_, "origin", {"prefix": prefix})
    return following


def distribution(walk: Walk, name: str, node: Node) -> str:
    slot = walk.ordinal(name) % 100
    exit_, following = node["slots"][slot]
    walk.because(name, exit_, "slot", {"slot": slot})
    return following


def menu(walk: Walk, name: str, node: Node) -> Run:
    key = yield Step(walk.number, name, "menu", [], node)
    if key == "abandoned":
        walk.did(name, "menu", None, "abandoned")
        walk.end("abandoned")
        return None
    ways = node["ways"]
    wanted = key if isinstance(key, str) and key in ways else "invalid"
    walk.did(name, "menu", None, wanted)
    exit_, following = ways[wanted]
    code = wanted if wanted in ("timeout", "invalid") else "key"
    walk.because(name, exit_, "menu_" + code, {"key": key})
    return following


def announcement(walk: Walk, name: str, node: Node) -> Run:
    outcome = yield Step(walk.number, name, "announcement", [], node)
    heard = "abandoned" if outcome == "abandoned" else "done"
    walk.did(name, "announcement", None, heard)
    if heard == "abandoned":
        walk.end("abandoned")
        return None
    exit_, following = node["ways"]["done"]
    said = {"announcement": node["announcement"]}
    walk.because(name, exit_, "announced", said)
    return following


def queue(walk: Walk, name: str, node: Node) -> Run:
    walk.rerouted = True
    outcome = yield Step(walk.number, name, "queue", [], node)
    ways = node["ways"]
    known = ("answered", "abandoned", *ways)
    word = outcome if isinstance(outcome, str) and outcome in known else "timeout"
    walk.did(name, "queue", None, word)
    if word == "answered":
        walk.end("answered", node["queue"])
        return None
    if word == "abandoned":
        walk.end("abandoned")
        return None
    exit_, following = ways[word]
    walk.because(name, exit_, "queue_" + word, {"queue": node["queue"]})
    return following


def ring(walk: Walk, name: str, node: Node) -> Run:
    targets = node["targets"]
    if not targets:
        causes = ["failed"]  # none of them may be called (any more)
    elif node["mode"] == SIMULTANEOUS:
        cause = yield from ring_all(walk, name, targets, node)
        causes = [cause] if cause else []
    else:
        causes = []
        for target in targets:
            cause = yield from send(walk, name, "ring", target, node)
            if cause is None:
                return None
            causes.append(cause)
            if cause == "rejected":
                break
    if walk.result is not None:
        return None
    ways = node["ways"]
    exit_, following = ways[causes[-1] if causes[-1] in ways else "failed"]
    code = "rang_together" if node["mode"] == SIMULTANEOUS else "rang"
    code = code if targets else "none_allowed"
    walk.because(name, exit_, code, {"causes": causes})
    return following


def voicemail(walk: Walk, name: str, node: Node) -> Run:
    walk.rerouted = True
    yield Step(walk.number, name, "voicemail", [], node)
    walk.did(name, "voicemail", None, "voicemail")
    walk.end("voicemail", node["mailbox"])
    return None


def forward(walk: Walk, name: str, node: Node) -> Run:
    return send(walk, name, "forward", node["target"], node)


def hangup(walk: Walk, name: str, node: Node) -> Run:
    yield Step(walk.number, name, "hangup", [], node)
    walk.did(name, "hangup", None, node["cause"])
    walk.ending = node["cause"]
    walk.end("hangup")
    return None


CHOOSE: dict[str, Callable[[Walk, str, Node], str]] = {
    "schedule": schedule,
    "origin": origin,
    "distribution": distribution,
}
ACT: dict[str, Callable[[Walk, str, Node], Run]] = {
    "menu": menu,
    "announcement": announcement,
    "queue": queue,
    "ring": ring,
    "voicemail": voicemail,
    "forward": forward,
    "hangup": hangup,
}
