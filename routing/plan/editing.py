"""Changes of a routing document. Each takes a document and returns another.

A document may be half made, or any JSON at all; nothing here judges it, the engine
does. Every function raises ``NoSuchStep`` for a step that is not there.
"""

from collections.abc import Container, Mapping
from copy import deepcopy
from typing import Any

from routing.engine.steps import kind_of
from routing.plan.draft import Draft, DraftStep
from routing.steps import page_of

Json = dict[str, Any]


class NoSuchStep(Exception):
    """The document has no such step or exit: somebody changed it meanwhile."""


def new_name(taken: Container[str], kind: str) -> str:
    """Return a name for a new step: ring, ring2, ring3 and so on."""
    number = 1
    while (name := kind if number == 1 else f"{kind}{number}") in taken:
        number += 1
    return name


def add_step(
    document: object, kind: str, *, after: tuple[str, str] | None
) -> tuple[Json, str]:
    """Put a blank step behind an exit, or in front of all; return its name too.

    What the exit led to comes behind the new step. A step that ends calls takes
    its place instead.
    """
    changed = _copy(document)
    nodes = changed["nodes"]
    name = new_name(nodes, kind)
    if after is None:
        then, changed["entry"] = changed.get("entry"), name
    else:
        before, exit_name = after
        leads = _leads(_step(changed, before))
        then, leads[exit_name] = leads.get(exit_name), name
    step = nodes[name] = {"type": kind, **deepcopy(dict(page_of(kind).blank))}
    wanted = kind_of(kind).required_exits(step)
    if wanted:
        is_step = isinstance(then, str) and then in nodes
        target = then if is_step else _ending(nodes)
        step["exits"] = dict.fromkeys(sorted(wanted), target)
    return changed, name


def set_exit(document: object, name: str, exit_name: str, to: str) -> Json:
    """Lead an exit to another step; an empty ``to`` takes the exit away."""
    changed = _copy(document)
    leads = _leads(_step(changed, name))
    if not to:
        leads.pop(exit_name, None)
        return changed
    if to not in changed["nodes"]:
        raise NoSuchStep(to)
    leads[exit_name] = to
    return changed


def set_fields(document: object, name: str, fields: Mapping[str, Any]) -> Json:
    """Replace fields of a step; a field of None or "" (a label) is taken away."""
    changed = _copy(document)
    step = _step(changed, name)
    for key, value in fields.items():
        if value is None or (key == "label" and not value):
            step.pop(key, None)
        else:
            step[key] = deepcopy(value)
    return changed


def fill(
    document: object, name: str, fields: Mapping[str, Any], leads: Mapping[str, str]
) -> Json:
    """Put what the form of a step says into it: its fields and its exits."""
    changed = set_fields(document, name, fields)
    for exit_name, to in leads.items():
        changed = set_exit(changed, name, exit_name, to)
    return changed


def remove_step(document: object, name: str) -> Json:
    """Take a step away; what led to it leads to where it mainly led.

    Exits that led to a step that ended calls are left without a step, which the
    list of problems tells.
    """
    changed = _copy(document)
    _step(changed, name)
    then = _main_exit(Draft.read(changed).step(name))
    then = None if then == name else then
    del changed["nodes"][name]
    for other in Draft.read(changed).steps.values():
        leads = changed["nodes"][other.name].get("exits")
        for exit_name, to in other.exits.items():
            if to == name:
                if then is None:
                    del leads[exit_name]
                else:
                    leads[exit_name] = then
    if changed.get("entry") == name:
        changed["entry"] = then if then else next(iter(changed["nodes"]), "")
    return changed


def remove_unreached(document: object) -> Json:
    """Take away every step no call can reach."""
    changed = _copy(document)
    reached = Draft.read(changed).reached()
    changed["nodes"] = {n: s for n, s in changed["nodes"].items() if n in reached}
    return changed


def _copy(document: object) -> Json:
    """Return a copy to be changed; its ``nodes`` are a map."""
    copied: Json = deepcopy(document) if isinstance(document, dict) else {}
    if not isinstance(copied.get("nodes"), dict):
        copied["nodes"] = {}
    return copied


def _step(document: Json, name: str) -> Json:
    step = document["nodes"].get(name)
    if not isinstance(step, dict):
        raise NoSuchStep(name)
    return step


def _leads(step: Json) -> Json:
    """Return the exits of a step, to be changed; made when it has none."""
    if not isinstance(step.get("exits"), dict):
        step["exits"] = {}
    leads: Json = step["exits"]
    return leads


def _main_exit(step: DraftStep) -> str | None:
    """Return where calls go when a step is taken away."""
    leads = (step.exits.get(name) for name in (*step.kind.required, *step.exits))
    return next(filter(None, leads), None)


def _ending(nodes: Json) -> str:
    """Return a step that ends calls, made when there is none."""
    for name, step in nodes.items():
        if isinstance(step, dict) and step.get("type") == "hangup":
            return name
    name = new_name(nodes, "hangup")
    nodes[name] = {"type": "hangup", "cause": "normal"}
    return name
