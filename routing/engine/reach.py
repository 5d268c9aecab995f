"""What calls can come to, whoever calls, whenever, and whatever phones do."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from routing.engine.decide import OWN
from routing.engine.graph import reachable
from routing.engine.order import in_charge, standing
from routing.engine.steps import KINDS
from routing.engine.walk import Plan, Target


class Reached(NamedTuple):
    """What calls of ``number`` can ring, or be recorded in, by what is in charge."""

    number: str
    targets: list[Target]
    mailboxes: list[str]


def phones(plan: Plan, instant: float) -> Iterator[tuple[str, Target]]:
    """Yield each target that rings a phone, with the number whose calls ring it."""
    for number, targets, _mailboxes in reached(plan, instant):
        yield from ((number, target) for target in targets if target[3] is None)


def sent_to(plan: Plan, instant: float) -> set[str]:
    """Return the numbers and mailboxes that calls of the called number can come to.

    Numbers of theirs whose plans are entered are among them; own lines are none.
    Mailboxes are in small letters.
    """
    found: set[str] = set()
    for _number, targets, mailboxes in reached(plan, instant):
        found.update(target[1] for target in targets if target[1] is not None)
        found.update(mailbox.lower() for mailbox in mailboxes)
    return found


def reached(plan: Plan, instant: float) -> Iterator[Reached]:
    """Yield what calls can come to, by number, at epoch seconds ``instant``.

    The plans of other numbers are followed, and of a call that nobody took the
    safety destination.
    """
    called = plan["number"]
    waiting, entered = [called], {called}
    while waiting:
        number = waiting.pop()
        rung, can_be_left = _rung(number, plan["numbers"][number], instant)
        if number == called and can_be_left and plan["safety"] is not None:
            rung.targets.append(plan["safety"])
        yield rung
        others = {target[3] for target in rung.targets if target[3] is not None}
        waiting += others - entered
        entered |= others


def _rung(number: str, rules: Plan, instant: float) -> tuple[Reached, bool]:
    """Return what a number's calls ring, and whether nobody may take one there."""
    nodes = _nodes(rules, instant)
    if nodes is None:
        targets = _targets(rules, instant)
        return Reached(number, targets, []), bool(targets)
    kinds = [(KINDS[node["type"]], node) for node in nodes]
    targets = [target for kind, node in kinds for target in kind.targets(node)]
    mailboxes = [node["mailbox"] for node in nodes if "mailbox" in node]
    can_be_left = any(kind.ends and kind.targets(node) for kind, node in kinds)
    return Reached(number, targets, mailboxes), can_be_left


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
