"""A routing document as nodes and edges for the diagram, with a call's path lit."""

from collections.abc import Iterable, Mapping
from typing import Any

from routing import step_words
from routing.engine.steps import kind_of
from routing.engine.steps.base import StepKind

Json = dict[str, Any]
# (step, exit) pairs a call took; exit None for a step that ended the call.
Path = Iterable[tuple[str, str | None]]


def diagram(document: Mapping[str, Any], path: Path = ()) -> Json:
    """Return ``nodes`` and ``edges`` of a document; those on ``path`` are ``lit``.

    Exits of a step that lead to the same step share one edge. Exits that lead
    nowhere are left out: the list of problems names them.
    """
    steps = steps_of(document)
    taken = list(path)
    lit_nodes = {name for name, _exit in taken}
    lit_exits = {
        (name, _kind(steps[name]).exit_taken(left, exits_of(steps[name])))
        for name, left in taken
        if left is not None and name in steps and not _kind(steps[name]).ends
    }
    return {
        "nodes": [
            {
                "id": name,
                "type": str(node.get("type", "")),
                "label": _label(node),
                "detail": step_words.detail(node),
                "lit": name in lit_nodes,
            }
            for name, node in steps.items()
        ],
        "edges": [
            edge
            for name, node in steps.items()
            for edge in _edges(name, node, steps, lit_exits)
        ],
    }


def _kind(node: Mapping[str, Any]) -> StepKind:
    return kind_of(node.get("type"))


def path_of(answer: Mapping[str, Any], document: Mapping[str, Any]) -> list[Any]:
    """Return the (step, exit) pairs of a simulation within the number's own plan."""
    steps = steps_of(document)
    taken: list[tuple[str, str | None]] = [
        (entry["rule"], entry["exit"])
        for entry in answer.get("trace", [])
        if entry["rule"] in steps and "number" not in entry
    ]
    taken += [
        (step["node"], None)
        for step in answer.get("steps", [])
        if step["node"] in steps and "number" not in step
    ]
    return taken


def steps_of(document: Mapping[str, Any]) -> dict[str, Json]:
    """Return the steps that can be read at all; a draft may hold anything."""
    nodes = document.get("nodes")
    nodes = nodes if isinstance(nodes, dict) else {}
    return {name: node for name, node in nodes.items() if isinstance(node, dict)}


def exits_of(node: Mapping[str, Any]) -> dict[str, str]:
    """Return the exits of a step that name something."""
    exits = node.get("exits")
    exits = exits if isinstance(exits, dict) else {}
    return {name: to for name, to in exits.items() if isinstance(to, str)}


def _label(node: Mapping[str, Any]) -> str:
    label = node.get("label")
    is_label = isinstance(label, str) and label.strip()
    return str(label) if is_label else step_words.type_word(node.get("type"))


def _edges(
    name: str,
    node: Mapping[str, Any],
    steps: Mapping[str, Json],
    lit: set[tuple[str, str]],
) -> list[Json]:
    together: dict[str, list[str]] = {}
    for exit_name, to in exits_of(node).items():
        if to in steps:
            together.setdefault(to, []).append(exit_name)
    return [
        {
            "from": name,
            "to": to,
            "label": ", ".join(step_words.exit_word(item) for item in names),
            "lit": any((name, item) in lit for item in names),
        }
        for to, names in together.items()
    ]
