"""What every kind of step says about itself. Standard library only.

The engine asks a kind and never its name; ``KINDS`` of this package holds them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from routing.engine.causes import OUTCOMES
from routing.engine.fields import Finding, confirm_seconds
from routing.engine.walk import Run, Target, Walk

Fields = Mapping[str, Any]
Node = Mapping[str, Any]
# The parts of the library of a customer that steps refer to by a field of that name.
PARTS = ("calendar", "announcement", "queue")
ATTEMPT = frozenset(OUTCOMES)
NOTHING: dict[str, Any] = {}

# The target of a destination as written, its seconds, and those to press 1, if that is
# asked; None when it is left out.
Targets = Callable[[str, int, int | None], Target | None]


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """A step of a document. ``kind`` is None for an unknown type.

    ``exits`` lead to names of steps.
    """

    name: str
    kind: str | None
    fields: dict[str, Any]
    exits: dict[str, str]


class StepKind:
    """One type of step, from its fields to what it does with a call.

    It acts by ``choose`` when ``chooses``, else by ``act``. One that ``ends`` has no
    exits.
    """

    # All it may hold beside type, label and exits.
    fields: ClassVar[tuple[str, ...]] = ()
    # Those of the fields that name something of the library.
    library: ClassVar[tuple[str, ...]] = ()
    required: ClassVar[tuple[str, ...]] = ()
    # Exits it may do without, and the exit taken in place of each.
    fallbacks: ClassVar[Mapping[str, str]] = {}
    chooses: ClassVar[bool] = False
    ends: ClassVar[bool] = False
    # How a simulation may end it, and does unless told; None: no word matters.
    outcomes: ClassVar[frozenset[str] | None] = ATTEMPT
    usual: ClassVar[str] = "done"

    def check(self, fields: Fields) -> Iterator[Finding]:
        """Yield what is wrong with the fields, which may be any JSON."""
        return iter(())

    def own_exits(self, fields: Fields) -> list[str]:
        """Return the exits that its fields ask for, such as one for each rule."""
        return []

    def required_exits(self, fields: Fields) -> list[str]:
        return list(dict.fromkeys((*self.own_exits(fields), *self.required)))

    def allowed_exits(self, fields: Fields) -> list[str]:
        """Return every exit it may have, its own first."""
        required = self.required_exits(fields)
        return list(dict.fromkeys((*required, *self.fallbacks)))

    def missing_exits(self, fields: Fields, present: Mapping[str, Any]) -> list[str]:
        """Return what has to be added to the exits that are ``present``."""
        return sorted(set(self.required_exits(fields)) - present.keys())

    def exit_taken(self, wanted: str, present: Mapping[str, Any]) -> str:
        """Return ``wanted``, or what it falls back to when there is no such exit."""
        return wanted if wanted in present else self.fallbacks.get(wanted, wanted)

    def leads(self, step: WrittenStep, wanted: str) -> list[str]:
        """Return [exit taken, next step] for the exit a step would leave by."""
        taken = self.exit_taken(wanted, step.exits)
        return [taken, step.exits[taken]]

    def references(self, fields: Fields) -> Iterator[tuple[str, str]]:
        """Yield (part of the library, name) of all it refers to."""
        for part in self.library:
            name = fields.get(part)
            if isinstance(name, str):
                yield part, name

    def destinations(
        self, fields: Fields
    ) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        """Yield each destination it sends to, and where it is written."""
        return iter(())

    def confirmed(self, fields: Fields) -> Iterator[str]:
        """Yield each destination where who answers has to press 1."""
        for written, where in self.destinations(fields):
            sending: Any = fields
            for part in where[:-1]:
                sending = sending[part]
            is_asked = isinstance(sending, Mapping) and confirm_seconds(sending)
            if is_asked:
                yield written

    def mailboxes(self, fields: Fields) -> list[str]:
        """Return the e-mail addresses messages are sent to."""
        return []

    def ringing_seconds(self, fields: Fields) -> int:
        """Return how long a caller can hear it ring."""
        return 0

    def compile(self, step: WrittenStep, targets: Targets) -> dict[str, Any]:
        """Return what the network is served of a valid step beside its type."""
        raise NotImplementedError

    def following(self, node: Node) -> Iterator[str]:
        """Yield the steps that a compiled one can lead to."""
        return (name for _exit, name in node.get("ways", NOTHING).values())

    def targets(self, node: Node) -> list[Target]:
        """Return what a compiled step can ring."""
        return []

    def choose(self, walk: Walk, name: str, node: Node) -> str:
        """Return the next step's name at once."""
        raise NotImplementedError

    def act(self, walk: Walk, name: str, node: Node) -> Run:
        """Yield steps, be sent outcomes, and return the next step's name.

        None when the call is over. A kind that ``ends`` returns the cause when
        nobody took the call.
        """
        raise NotImplementedError
