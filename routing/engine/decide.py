"""What decides for a call, in order. Pure; standard library only.

Suspension, block list, allow list, emergency plan, override, option, and for a
call that nobody took the safety destination and a final announcement.
"""

from routing.engine.offer import ring_one
from routing.engine.order import in_charge, standing
from routing.engine.steps import KINDS
from routing.engine.steps.base import NOTHING
from routing.engine.walk import (
    OWN_LINE,
    Facts,
    Plan,
    Run,
    Step,
    Target,
    Walk,
    longest_prefix,
)

OWN: Target = [OWN_LINE, None, 20, None]
AFTER = {"busy": "cfb", "no_answer": "cfnr", "unreachable": "cfnrc"}


def resolve(plan: Plan, facts: Facts, instant: float) -> Walk:
    """Return a call at its first step, in a plan, at epoch seconds ``instant``.

    The walk holds the steps done, the trace of decisions and the step to do;
    ``next_step(outcome)`` moves it on. The same arguments and outcomes always
    give the same walk, so a walk can be rebuilt from them (``resume``).
    """
    walk = Walk(plan, facts, instant, number)
    walk.run = run = _call(walk)
    walk.step = next(run, None)
    return walk


def resume(
    plan: Plan, facts: Facts, instant: float, outcomes: list[str | list[str]]
) -> Walk:
    """Return the walk after ``outcomes``: for a network that keeps no objects."""
    walk = resolve(plan, facts, instant)
    for outcome in outcomes:
        walk.next_step(outcome)
    return walk


def _call(walk: Walk) -> Run:
    if walk.plan["guarded"] and _refused(walk):
        walk.end("hangup")
        return None
    cause = yield from number(walk)
    if cause is not None and walk.result is None:
        yield from _last_resort(walk)
    return None


def _refused(walk: Walk) -> bool:
    """Ask suspension, block list and allow list, in that order."""
    plan, caller = walk.plan, walk.facts.caller
    if in_charge(plan["numbers"][walk.number], walk.instant) == "suspended":
        walk.because("suspended", "hangup", "suspended", NOTHING)
        walk.ending = "suspended"
        return True
    if _blocked(walk, plan, caller):
        walk.ending = "blocked"
        return True
    prefix = longest_prefix(plan["allowed"], caller) if caller else None
    if prefix is not None:
        walk.open_all = True
        walk.because("allow", "open", "allowed", {"prefix": prefix})
    return False


def _blocked(walk: Walk, plan: Plan, caller: str | None) -> bool:
    if not caller:
        if plan["blocks_withheld"]:
            walk.because("block", "hangup", "blocked_withheld", NOTHING)
        return plan["blocks_withheld"]
    prefix = longest_prefix(plan["blocked"], caller)
    if prefix is not None:
        walk.because("block", "hangup", "blocked", {"prefix": prefix})
    return prefix is not None


def number(walk: Walk) -> Run:
    """Evaluate ``walk.number``; the run returns the cause when nobody took the call."""
    rules = walk.plan["numbers"][walk.number]
    return DECIDE[in_charge(rules, walk.instant)](walk, rules)


def _emergency(walk: Walk, rules: Plan) -> Run:
    emergency = rules["emergency"]
    if not emergency["document"]:
        return ring_one(walk, "emergency", emergency["target"])
    walk.because("emergency", "document", "emergency_document", NOTHING)
    return document(walk, emergency["document"])


def _override(walk: Walk, rules: Plan) -> Run:
    return ring_one(walk, "override", rules["override"]["target"])


def _own_document(walk: Walk, rules: Plan) -> Run:
    return document(walk, rules["document"])


def _own_line(walk: Walk, rules: Plan) -> Run:
    return ring_one(walk, "line", OWN)


def document(walk: Walk, plan: Plan) -> Run:
    """Follow a document from its entry; return the cause of an unanswered end."""
    nodes = plan["nodes"]
    name = plan["entry"]
    while True:
        node = nodes[name]
        kind = KINDS[node["type"]]
        if kind.chooses:
            name = kind.choose(walk, name, node)
            continue
        following = yield from kind.act(walk, name, node)
        if kind.ends or following is None:
            return following  # of a step without exits this is the cause
        name = following


def _always(walk: Walk, rules: Plan) -> Run:
    return _redirect(walk, "cfu", rules["redirections"]["cfu"])


def _continuity(walk: Walk, rules: Plan) -> Run:
    current = standing(rules, walk.instant)
    own = OWN
    if "cfnr" in current:
        own = [OWN_LINE, None, current["cfnr"]["after_s"], None]
    cause = yield from ring_one(walk, "line", own)
    kind = AFTER.get(cause or "")
    if cause is None or kind not in current:
        return cause
    return (yield from _redirect(walk, kind, current[kind]))


def _redirect(walk: Walk, kind: str, redirection: Plan) -> Run:
    cause = yield from ring_one(walk, kind, redirection["target"])
    if cause is None or redirection["backup"] is None:
        return cause
    return (yield from ring_one(walk, kind, redirection["backup"]))


# By what is in charge; a call to a suspended number ends before.
DECIDE = {
    "emergency": _emergency,
    "override": _override,
    "cfu": _always,
    "continuity": _continuity,
    "document": _own_document,
    "line": _own_line,
}


def _last_resort(walk: Walk) -> Run:
    """Try the safety destination once, then say that nobody can take the call."""
    safety = walk.plan["safety"]
    if safety is not None:
        cause = yield from ring_one(walk, "safety", safety)
        if cause is None or walk.result is not None:
            return None
    heard = yield Step(walk.number, "final", "announcement", [], NOTHING)
    heard = "abandoned" if heard == "abandoned" else "done"
    walk.did("final", "announcement", None, heard)
    walk.ending = walk.cause
    walk.end("abandoned" if heard == "abandoned" else "unanswered")
    return None
