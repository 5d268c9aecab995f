"""The routing document: a flat map of typed steps with a closed set of exits.

``parse`` looks at one document alone. What it refers to (calendars, sites,
other numbers) is checked by ``routing.engine.validate``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from routing.engine import fields, graph
from routing.engine.problems import Problem, pointer
from routing.engine.steps import KINDS, kind_of
from routing.engine.steps.base import WrittenStep

SCHEMA = 1
MOST_STEPS = 200
LONGEST_LABEL = 80
MOST_RINGING_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Document:
    """A document as far as it could be read; complete when there is no problem."""

    entry: str | None
    steps: dict[str, WrittenStep]
    # The pointers of problems start here; "" for a document by itself.
    base: str = ""
    links: dict[str, list[str]] = field(default_factory=dict)


def parse(raw: object, base: str = "") -> tuple[Document | None, list[Problem]]:
    """Return the document and its problems; None when it cannot be read at all.

    ``base`` is the JSON Pointer of the document in a larger input. Never raises,
    whatever JSON it is given.
    """
    if not isinstance(raw, dict):
        return None, [Problem("bad_input", base, params={"reason": "not_an_object"})]
    schema = raw.get("schema")
    if not fields.is_whole(schema) or schema != SCHEMA:
        path = pointer(base, "schema") if "schema" in raw else base
        return None, [Problem("unknown_schema", path)]
    nodes = raw.get("nodes")
    nodes = nodes if isinstance(nodes, dict) else {}
    steps = {name: _step(name, node) for name, node in nodes.items()}
    entry = raw.get("entry")
    entry = entry if isinstance(entry, str) and entry in steps else None
    links = {
        name: [target for target in step.exits.values() if target in steps]
        for name, step in steps.items()
    }
    document = Document(entry, steps, base, links)
    problems = list(_shape_problems(document, nodes, "entry" in raw))
    return document, problems + list(_graph_problems(document))


def _step(name: str, node: object) -> WrittenStep:
    node = node if isinstance(node, dict) else {}
    kind = node.get("type")
    kind = kind if isinstance(kind, str) and kind in KINDS else None
    leads = node.get("exits")
    leads = leads if isinstance(leads, dict) else {}
    known = {name: to for name, to in leads.items() if isinstance(to, str)}
    return WrittenStep(name, kind, node, known)


def _shape_problems(
    document: Document, nodes: dict[str, Any], has_entry: bool
) -> Iterator[Problem]:
    base = document.base
    if document.entry is None:
        yield Problem("no_entry", pointer(base, "entry") if has_entry else base)
    if len(nodes) > MOST_STEPS:
        params = {"steps": len(nodes), "most": MOST_STEPS}
        yield Problem("too_many_steps", pointer(base, "nodes"), params=params)
    for step in document.steps.values():
        yield from _step_problems(document, step, nodes[step.name])


def _step_problems(
    document: Document, step: WrittenStep, node: object
) -> Iterator[Problem]:
    path = pointer(document.base, "nodes", step.name)
    if step.kind is None:
        yield Problem("unknown_type", path, step.name, params=_type_of(node))
        return
    for code, where, params in KINDS[step.kind].check(step.fields):
        yield Problem(code, _existing(path, node, where), step.name, params=params)
    yield from _label_problems(step, path)
    yield from _exit_problems(document, step, path)


def _type_of(node: object) -> dict[str, Any]:
    kind = node.get("type") if isinstance(node, dict) else None
    return {"type": kind if isinstance(kind, str) else None}


def _existing(path: str, value: Any, where: tuple[str | int, ...]) -> str:
    """Point at ``where``, or at the nearest thing above it that is there."""
    for part in where:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
        path = pointer(path, part)
    return path


def _label_problems(step: WrittenStep, path: str) -> Iterator[Problem]:
    label = step.fields.get("label", "")
    path = pointer(path, "label")
    if not isinstance(label, str):
        yield Problem("bad_field", path, step.name, params={"field": "label"})
    elif len(label) > LONGEST_LABEL:
        yield Problem("label_too_long", path, step.name, params={"most": LONGEST_LABEL})


def _exit_problems(
    document: Document, step: WrittenStep, path: str
) -> Iterator[Problem]:
    kind = kind_of(step.kind)
    raw = step.fields.get("exits", {})
    below = pointer(path, "exits")
    if not isinstance(raw, dict):
        yield Problem("bad_field", below, step.name, params={"field": "exits"})
        return
    there = below if "exits" in step.fields else path
    for name in kind.missing_exits(step.fields, raw):
        yield Problem("missing_exit", there, step.name, params={"exit": name})
    allowed = set(kind.allowed_exits(step.fields))
    for name, to in raw.items():
        path = pointer(below, name)
        if name not in allowed:
            yield Problem("unknown_exit", path, step.name, params={"exit": name})
        if not isinstance(to, str) or to not in document.steps:
            yield Problem("dangling_exit", path, step.name, params={"exit": name})


def _graph_problems(document: Document) -> Iterator[Problem]:
    links = document.links
    cyclic = graph.on_a_cycle(links)
    for name in document.steps:
        if name in cyclic:
            path = pointer(document.base, "nodes", name)
            yield Problem("loop", path, name)
    if document.entry is None:
        return
    reached = graph.reachable(links, document.entry)
    for name in document.steps:
        if name not in reached:
            path = pointer(document.base, "nodes", name)
            yield Problem("unreachable_step", path, name)
    if not cyclic:
        yield from _ringing_problems(document, document.entry)


def _ringing_problems(document: Document, entry: str) -> Iterator[Problem]:
    weights = {
        name: kind_of(step.kind).ringing_seconds(step.fields)
        for name, step in document.steps.items()
    }
    path = graph.heaviest_path(document.links, weights, entry)
    total = sum(weights[name] for name in path)
    if total > MOST_RINGING_SECONDS:
        longest = max(path, key=weights.__getitem__)
        params = {"seconds": total, "most": MOST_RINGING_SECONDS}
        where = pointer(document.base, "nodes", longest)
        yield Problem("ring_budget_exceeded", where, longest, params=params)
