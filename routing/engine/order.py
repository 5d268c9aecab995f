"""What decides for a number, in order. Pure; standard library only.

The order stands here alone: calls are decided by it, and pages tell by it where they
go. Block and allow lists ask about the caller and come with the call.
"""

from routing.engine.walk import Plan, in_force


def in_charge(rules: Plan, instant: float) -> str:
    """Return what decides at epoch seconds ``instant`` by the rules of a number.

    suspended, emergency, override, cfu, continuity (the own line, redirections
    behind it), document or line. ``rules`` are those of a number in a compiled plan.
    """
    if rules["suspended"]:
        return "suspended"
    if rules["emergency"]:
        return "emergency"
    override = rules["override"]
    if override is not None and in_force(override, instant):
        return "override"
    if rules["continuity"]:
        always = rules["redirections"].get("cfu")
        return "cfu" if in_force(always, instant) else "continuity"
    return "document" if rules["document"] else "line"


def standing(rules: Plan, instant: float) -> Plan:
    """Return the redirections in force at ``instant``, by kind."""
    redirections = rules["redirections"]
    return {k: r for k, r in redirections.items() if in_force(r, instant)}
