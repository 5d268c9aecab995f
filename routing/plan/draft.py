"""The one reader of a plan outside the engine. A draft may hold any JSON at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.engine.fields import DEFAULT_RING_SECONDS, confirm_seconds
from routing.engine.steps import kind_of
from routing.engine.steps.base import StepKind
from routing.plan.display_names import SLUGS, Names
from routing.words.destinations import words

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A phone of a step. ``fields`` is all that is written of it."""

    destination: str
    ring_s: object = DEFAULT_RING_SECONDS
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def confirm_s(self) -> int | None:
        """How long who answers has to press 1; None where it is not asked."""
        return confirm_seconds(self.fields)


@dataclass(frozen=True, slots=True)
class DraftStep:
    """One step as far as it can be read. ``type`` and ``label`` are "" without one.

    ``fields`` is the whole step as it is written; ``names`` are for words only.
    """

    name: str
    type: str = ""
    label: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    exits: Mapping[str, str] = field(default_factory=dict)
    names: Names = SLUGS

    @property
    def kind(self) -> StepKind:
        return kind_of(self.type)

    @property
    def targets(self) -> list[Target]:
        """Return its phones in order, without what is none."""
        written = self.fields.get("targets")
        return [
            Target(text(t.get("destination")), t.get("ring_s", DEFAULT_RING_SECONDS), t)
            for t in (written if isinstance(written, list) else ())
            if isinstance(t, dict)
        ]

    @property
    def destinations(self) -> list[str]:
        """Return what it sends to, in order, without what is empty."""
        return [to for to, _where in self.kind.destinations(self.fields) if to]

    @property
    def confirmed(self) -> list[str]:
        """Return the destinations where who answers has to press 1."""
        return list(self.kind.confirmed(self.fields))

    @property
    def mailboxes(self) -> list[str]:
        return self.kind.mailboxes(self.fields)

    def text(self, key: str) -> str:
        """Return a field of text; "" when it is none."""
        return text(self.fields.get(key))

    def reference(self, part: str) -> str:
        """Return the name of what it refers to in a part of the library."""
        return self.names.of(part, self.text(part))

    def place(self, written: object) -> str:
        """Return a destination for reading, whatever stands in the document."""
        return words(text(written), self.names)


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan to be read and shown; it is never stored.

    ``entry`` is "" when calls start nowhere. ``exits`` may lead to steps that are not
    there.
    """

    entry: str = ""
    steps: Mapping[str, DraftStep] = field(default_factory=dict)
    names: Names = SLUGS

    @classmethod
    def read(cls, document: object, names: Names = SLUGS) -> "Draft":
        """Read any JSON; what cannot be read is left out. Never raises."""
        if not isinstance(document, dict):
            return cls(names=names)
        nodes = document.get("nodes")
        nodes = nodes if isinstance(nodes, dict) else {}
        steps = {
            name: _step(name, node, names)
            for name, node in nodes.items()
            if isinstance(node, dict)
        }
        return cls(text(document.get("entry")), steps, names)

    @property
    def destinations(self) -> list[str]:
        """Return all it sends calls or messages to, mailboxes in small letters."""
        return [
            to
            for step in self.steps.values()
            for to in (*step.destinations, *map(str.lower, step.mailboxes))
        ]

    def references(self, part: str) -> list[str]:
        """Return what its steps refer to in a part of the library, each once."""
        named = (
            name
            for step in self.steps.values()
            for of, name in step.kind.references(step.fields)
            if of == part and name
        )
        return list(dict.fromkeys(named))

    def step(self, name: str) -> DraftStep:
        """Return a step; an empty one when it is not there."""
        return self.steps.get(name, DraftStep(name))

    def reached(self) -> list[str]:
        """Return the steps a call can reach, in the order of the exits."""
        reached: dict[str, None] = {}
        waiting = [self.entry]
        while waiting:
            name = waiting.pop()
            if name in reached or name not in self.steps:
                continue
            reached[name] = None
            waiting += reversed(list(self.steps[name].exits.values()))
        return list(reached)


def _step(name: str, node: Json, names: Names) -> DraftStep:
    exits = node.get("exits")
    leads = exits.items() if isinstance(exits, dict) else ()
    return DraftStep(
        name=name,
        type=text(node.get("type")),
        label=text(node.get("label")),
        fields=node,
        exits={exit_: to for exit_, to in leads if isinstance(to, str)},
        names=names,
    )


def text(value: object) -> str:
    return value if isinstance(value, str) else ""
