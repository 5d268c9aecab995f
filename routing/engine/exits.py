"""The closed set of exits of each type of step, and what they fall back to."""

from typing import Any

from routing.engine.fields import DIGITS

# type: exits required, {optional exit: the exit it falls back to}
FIXED: dict[str, tuple[frozenset[str], dict[str, str]]] = {
    "schedule": (frozenset({"open", "closed"}), {"holiday": "closed"}),
    "origin": (frozenset({"other"}), {"withheld": "other"}),
    "distribution": (frozenset(), {}),
    "menu": (frozenset({"timeout", "invalid"}), {}),
    "announcement": (frozenset({"done"}), {}),
    "ring": (
        frozenset({"failed"}),
        dict.fromkeys(("busy", "no_answer", "unreachable"), "failed"),
    ),
    "queue": (
        frozenset({"timeout"}),
        dict.fromkeys(("full", "no_agents", "callback"), "timeout"),
    ),
    "voicemail": (frozenset(), {}),
    "forward": (frozenset(), {}),
    "hangup": (frozenset(), {}),
}


def required_exits(kind: str, fields: dict[str, Any]) -> set[str]:
    """Return the exits a step must have; rules and shares each ask for theirs."""
    own: list[Any] = []
    if kind == "origin" and isinstance(fields.get("rules"), list):
        rules = (rule for rule in fields["rules"] if isinstance(rule, dict))
        own = [rule.get("exit") for rule in rules]
    if kind == "distribution" and isinstance(fields.get("shares"), dict):
        own = list(fields["shares"])
    named = {name for name in own if isinstance(name, str)}
    if kind == "origin":
        named.discard("withheld")
    return named | FIXED[kind][0]


def allowed_exits(kind: str, fields: dict[str, Any]) -> set[str]:
    """Return every exit a step may have."""
    allowed = required_exits(kind, fields) | FIXED[kind][1].keys()
    return allowed | DIGITS if kind == "menu" else allowed


def exit_taken(kind: str, wanted: str, present: dict[str, str]) -> str:
    """Return ``wanted``, or what it falls back to when the step has no such exit."""
    return wanted if wanted in present else FIXED[kind][1].get(wanted, wanted)
