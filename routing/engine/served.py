"""Where calls can go by a compiled plan, whoever calls and at whatever hour."""

from routing.engine.order import in_charge, standing
from routing.engine.walk import Plan


def sent_to(plan: Plan, instant: float) -> set[str]:
    """Return the numbers and mailboxes that calls of the called number can come to.

    On every exit, the safety destination and the plans that calls enter included; of
    each number by what is in charge at epoch seconds ``instant``, and of one that is
    suspended none. Mailboxes are in small letters.
    """
    numbers, called = plan["numbers"], plan["number"]
    if in_charge(numbers[called], instant) == "suspended":
        return set()
    waiting = [{"target": plan["safety"]}, *_in_charge(numbers[called], instant)]
    found, entered = set(), {called}
    while waiting:
        place = waiting.pop()
        if "mailbox" in place:
            found.add(place["mailbox"].lower())
        targets = place.get("targets", [place.get("target"), place.get("backup")])
        for _written, dialled, _seconds, number, *_confirm in filter(None, targets):
            if dialled is not None:
                found.add(dialled)
            if number is not None and number not in entered:
                entered.add(number)
                waiting += _in_charge(numbers[number], instant)
    return found


def _in_charge(rules: Plan, instant: float) -> list[Plan]:
    """Return the steps or redirections of a number that decide; none: its own line."""
    deciding = in_charge(rules, instant)
    if deciding in ("suspended", "line"):
        return []
    if deciding == "continuity":
        return list(standing(rules, instant).values())
    if deciding == "cfu":
        return [rules["redirections"]["cfu"]]
    part: Plan = rules[deciding]
    document = part if deciding == "document" else part.get("document")
    return list(document["nodes"].values()) if document else [part]
