"""Every phone that calls can ring, whoever calls, whenever, and whatever phones do."""

from collections.abc import Iterator, Mapping
from typing import Any

from routing.engine.decide import OWN
from routing.engine.graph import reachable
from routing.engine.order import in_charge, standing
from routing.engine.steps import KINDS
from routing.engine.walk import Plan, Target


def phones(plan: Plan, instant: float) -> Iterator[tuple[str, Target]]:
    """Yield each target with the number whose calls ring it, by what is in charge.

    The plans of other numbers are followed, and of a call that nobody took the
    safety destination.
    """
    called = plan["number"]
    waiting, entered = [called], {called}
    while waiting:
        number = waiting.pop()
        targets, can_be_left = _rung(plan["numbers"][number], instant)
        if number == called and can_be_left and plan["safety"] is not None:
            targets.append(plan["safety"])
        for target in targets:
            if target[3] is None:
                yield number, target
            elif target[3] not in entered:
                entered.add(target[3])
                waiting.append(target[3])


def _rung(rules: Plan, instant: float) -> tuple[list[Target], bool]:
    """Return what a number's calls ring, and whether nobody may take one there."""
    nodes = _nodes(rules, instant)
    if nodes is None:
        targets = _targets(rules, instant)
        return targets, bool(targets)
    kinds = [(KINDS[node["type"]], node) for node in nodes]
    targets = [target for kind, node in kinds for target in kind.targets(node)]
    return targets, any(kind.ends and kind.targets(node) for kind, node in kinds)


def _nodes(rules: Plan, instant: float) -> list[Mapping[str, Any]] | None:
    """Return the steps a call can come to; None where no document is in charge."""
    decides = in_charge(rules, instant)
    owner = rules["emergency"] if decides == "emergency" else rules
    if decides not in ("emergency", "document") or not owner["document"]:
        return None
    nodes = owner["document"]["nodes"]
    links = {name: [*KINDS[n["type"]].following(n)] for name, n in nodes.items()}
    return [nodes[name] for name in reachable(links, owner["document"]["entry"])]


def _targets(rules: Plan, instant: float) -> list[Target]:
    match in_charge(rules, instant):
        case "suspended":
            return []
        case "emergency" | "override" as switch:
            return [rules[switch]["target"]]
        case "cfu":
            return _redirected(rules["redirections"]["cfu"])
        case "continuity":
            behind = standing(rules, instant).values()
            return [OWN, *(target for one in behind for target in _redirected(one))]
    return [OWN]


def _redirected(redirection: Plan) -> list[Target]:
    both = (redirection["target"], redirection["backup"])
    return [target for target in both if target is not None]
