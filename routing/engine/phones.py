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
        rules = plan["numbers"][number]
        nodes = _nodes(rules, instant)
        targets = _targets(rules, instant) if nodes is None else _of_steps(nodes)
        is_left = nodes is None or any(KINDS[n["type"]].ends for n in _sending(nodes))
        if number == called and plan["safety"] is not None and is_left:
            targets.append(plan["safety"])
        for target in targets:
            if target[3] is None:
                yield number, target
            elif target[3] not in entered:
                entered.add(target[3])
                waiting.append(target[3])


def _nodes(rules: Plan, instant: float) -> list[Mapping[str, Any]] | None:
    """Return the steps a call can come to; None where no document is in charge."""
    decides = in_charge(rules, instant)
    owner = rules["emergency"] if decides == "emergency" else rules
    if decides not in ("emergency", "document") or not owner["document"]:
        return None
    nodes = owner["document"]["nodes"]
    links = {name: [*KINDS[n["type"]].following(n)] for name, n in nodes.items()}
    return [nodes[name] for name in reachable(links, owner["document"]["entry"])]


def _sending(nodes: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [node for node in nodes if KINDS[node["type"]].targets(node)]


def _of_steps(nodes: list[Mapping[str, Any]]) -> list[Target]:
    return [target for n in nodes for target in KINDS[n["type"]].targets(n)]


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
