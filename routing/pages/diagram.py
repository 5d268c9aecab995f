"""A plan as nodes and edges for the diagram, with a call's path lit."""

from collections.abc import Iterable, Mapping
from typing import Any

from routing.plan.draft import Draft, DraftStep
from routing.steps import page_of
from routing.words.steps import exit_word, type_word

Json = dict[str, Any]
# (step, exit) pairs a call took; exit None for a step that ended the call.
Path = Iterable[tuple[str, str | None]]


def diagram(draft: Draft, path: Path = ()) -> Json:
    """Return ``nodes`` and ``edges`` of a plan; those on ``path`` are ``lit``.

    Exits of a step that lead to the same step share one edge. Exits that lead
    nowhere are left out: the list of problems names them.
    """
    taken = [(draft.step(name), left) for name, left in path]
    lit_nodes = {step.name for step, _exit in taken}
    lit_exits = {
        (step.name, step.kind.exit_taken(left, step.exits))
        for step, left in taken
        if left is not None and not step.kind.ends
    }
    steps = draft.steps.values()
    return {
        "nodes": [_node(step, is_lit=step.name in lit_nodes) for step in steps],
        "edges": [edge for step in steps for edge in _edges(step, draft, lit_exits)],
    }


def path_of(answer: Mapping[str, Any], draft: Draft) -> list[tuple[str, str | None]]:
    """Return the (step, exit) pairs of a simulation within the number's own plan."""
    taken: list[tuple[str, str | None]] = [
        (entry["rule"], entry["exit"])
        for entry in answer.get("trace", [])
        if entry["rule"] in draft.steps and "number" not in entry
    ]
    taken += [
        (step["node"], None)
        for step in answer.get("steps", [])
        if step["node"] in draft.steps and "number" not in step
    ]
    return taken


def _node(step: DraftStep, *, is_lit: bool) -> Json:
    page = page_of(step.type)
    return {
        "id": step.name,
        "icon": page.icon,
        "label": step.label if step.label.strip() else type_word(step.type),
        "detail": page.detail(step),
        "lit": is_lit,
    }


def _edges(step: DraftStep, draft: Draft, lit: set[tuple[str, str]]) -> list[Json]:
    together: dict[str, list[str]] = {}
    for exit_name, to in step.exits.items():
        if to in draft.steps:
            together.setdefault(to, []).append(exit_name)
    return [
        {
            "from": step.name,
            "to": to,
            "label": ", ".join(exit_word(step, name) for name in names),
            "lit": any((step.name, name) in lit for name in names),
        }
        for to, names in together.items()
    ]
