"""Changes of a routing document. Each takes a document and returns another.

A document may be half made; nothing here judges it, the engine does. Every
function raises ``NoSuchStep`` for a step or exit that is not there.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from routing.diagram import exits_of, steps_of
from routing.engine.steps import kind_of

Json = dict[str, Any]

# What a new step of each type holds. Types that need more than a form can ask
# for here are made over the API and by programming.
BLANKS: dict[str, Json] = {
    "schedule": {"calendar": ""},
    "ring": {"mode": "sequential", "targets": [{"destination": "line", "ring_s": 20}]},
    "announcement": {"announcement": ""},
    "forward": {"destination": ""},
    "voicemail": {"announcement": "", "mailbox": ""},
    "hangup": {"cause": "normal"},
}
# Types that cannot work before somebody said what the blank leaves open.
ASKED = frozenset({"schedule", "announcement", "forward", "voicemail"})
# Where calls go when a step is taken away: the first of these it has.
MAIN_EXITS = ("open", "done", "failed", "timeout", "other")


class NoSuchStep(Exception):
    """The document has no such step or exit: somebody changed it meanwhile."""


def new_name(document: Mapping[str, Any], kind: str) -> str:
    """Return a name for a new step: ring, ring2, ring3 and so on."""
    taken = _nodes(document)
    number = 1
    while (name := kind if number == 1 else f"{kind}{number}") in taken:
        number += 1
    return name


def add_step(
    document: Mapping[str, Any], kind: str, *, after: tuple[str, str] | None
) -> tuple[Json, str]:
    """Put a blank step behind an exit, or in front of all; return its name too.

    What the exit led to comes behind the new step. A step that ends calls takes
    its place instead.
    """
    changed = deepcopy(dict(document))
    nodes = changed["nodes"] = _nodes(changed)
    name = new_name(changed, kind)
    if after is None:
        then, changed["entry"] = changed.get("entry"), name
    else:
        before, exit_name = after
        leads = _leads(_step(changed, before))
        then, leads[exit_name] = leads.get(exit_name), name
    nodes[name] = {"type": kind, **deepcopy(BLANKS[kind])}
    wanted = kind_of(kind).required_exits(nodes[name])
    if wanted:
        is_step = isinstance(then, str) and then in nodes
        target = then if is_step else _ending(nodes)
        nodes[name]["exits"] = dict.fromkeys(sorted(wanted), target)
    return changed, name


def set_exit(document: Mapping[str, Any], name: str, exit_name: str, to: str) -> Json:
    """Lead an exit to another step; an empty ``to`` takes the exit away."""
    changed = deepcopy(dict(document))
    leads = _leads(_step(changed, name))
    if not to:
        leads.pop(exit_name, None)
        return changed
    if to not in _nodes(changed):
        raise NoSuchStep(to)
    leads[exit_name] = to
    return changed


def set_fields(
    document: Mapping[str, Any], name: str, fields: Mapping[str, Any]
) -> Json:
    """Replace fields of a step; a field of None or "" (a label) is taken away."""
    changed = deepcopy(dict(document))
    step = _step(changed, name)
    for key, value in fields.items():
        if value is None or (key == "label" and not value):
            step.pop(key, None)
        else:
            step[key] = deepcopy(value)
    return changed


def remove_step(document: Mapping[str, Any], name: str) -> Json:
    """Take a step away; what led to it leads to where it mainly led.

    Exits that led to a step that ended calls are left without a step, which the
    list of problems tells.
    """
    changed = deepcopy(dict(document))
    step = _step(changed, name)
    then = _main_exit(step)
    then = None if then == name else then
    del changed["nodes"][name]
    for other in steps_of(changed).values():
        leads = other.get("exits")
        for exit_name, to in list(exits_of(other).items()):
            if to == name and isinstance(leads, dict):
                if then is None:
                    del leads[exit_name]
                else:
                    leads[exit_name] = then
    if changed.get("entry") == name:
        changed["entry"] = then if then else next(iter(changed["nodes"]), "")
    return changed


def remove_unreached(document: Mapping[str, Any]) -> Json:
    """Take away every step no call can reach."""
    changed = deepcopy(dict(document))
    reached = reached_from(changed, changed.get("entry"))
    changed["nodes"] = {n: s for n, s in _nodes(changed).items() if n in reached}
    return changed


def reached_from(document: Mapping[str, Any], start: object) -> list[str]:
    """Return the steps a call can reach from ``start``, in the order of the exits."""
    steps = steps_of(document)
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if not isinstance(name, str) or name not in steps or name in found:
            continue
        found[name] = None
        waiting += reversed(list(exits_of(steps[name]).values()))
    return list(found)


def _nodes(document: Mapping[str, Any]) -> dict[str, Any]:
    nodes = document.get("nodes")
    return nodes if isinstance(nodes, dict) else {}


def _step(document: Json, name: str) -> Json:
    step = _nodes(document).get(name)
    if not isinstance(step, dict):
        raise NoSuchStep(name)
    return step


def _leads(step: Json) -> Json:
    """Return the exits of a step, to be changed; made when it has none."""
    if not isinstance(step.get("exits"), dict):
        step["exits"] = {}
    leads: Json = step["exits"]
    return leads


def _main_exit(step: Mapping[str, Any]) -> str | None:
    leads = exits_of(step)
    first = next((leads[name] for name in MAIN_EXITS if name in leads), None)
    return first or next(iter(leads.values()), None)


def _ending(nodes: Json) -> str:
    """Return a step that ends calls, made when there is none."""
    for name, step in nodes.items():
        if isinstance(step, dict) and step.get("type") == "hangup":
            return name
    name = new_name({"nodes": nodes}, "hangup")
    nodes[name] = {"type": "hangup", "cause": "normal"}
    return name
