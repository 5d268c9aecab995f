"""What every kind of step says about itself to people.

Sentences are marked for translation here and translated where they are shown.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine.steps.menu import KEYS
from routing.plan.display_names import Names
from routing.plan.draft import DraftStep
from routing.steps.form import StepForm
from routing.words.destinations import words

# What changed: added, changed or removed; a sentence to be filled; its values.
Difference = tuple[str, str, Mapping[str, object]]


class StepPage:
    """One type of step as it is named, told, drawn, compared, made and changed.

    These are also the answers about a type nobody knows.
    """

    name: ClassVar[str] = _n("Step")
    # Its name in the timeline of a call, when that is another.
    noted: ClassVar[str] = ""
    icon: ClassVar[str] = "circle"
    # What a call did here, and what all calls do that end here.
    sentence: ClassVar[str] = _n("The call came to step %(node)s: %(outcome)s.")
    going: ClassVar[str] = _n("The plan decides; its first step cannot be shown.")
    # Exit: its word, and the label of the field that says where calls go then.
    exits: ClassVar[Mapping[str, tuple[str, str]]] = {}
    # Field: its word where versions are compared, in the order to tell them.
    fields: ClassVar[Mapping[str, str]] = {}
    # Field: what to do when it says nothing that can be used.
    missing: ClassVar[Mapping[str, str]] = {}
    # Code of a decision: why, as the end of a sentence; the same with its moment.
    reasons: ClassVar[Mapping[str, str]] = {}
    timed: ClassVar[Mapping[str, str]] = {}
    # Outcome: its word, for those that no phone gives.
    outcomes: ClassVar[Mapping[str, str]] = {}
    # A new one holds these; ``asked`` when it cannot work before more is said.
    blank: ClassVar[Mapping[str, Any]] = {}
    asked: ClassVar[bool] = False
    # Another form where ``ask`` is not enough.
    form: ClassVar[type[StepForm]] = StepForm

    def ask(self, form: StepForm) -> None:
        """Add to a form what a step of this kind is asked, named as its fields."""

    def exit_word(self, name: str) -> str:
        """Return an exit in words; a key as a key, a name as somebody gave it."""
        if name in self.exits:
            return _(self.exits[name][0])
        return _("key %(key)s") % {"key": name} if name in KEYS else name

    def case(self, name: str) -> str:
        """Return an exit as the label of a field."""
        if name in self.exits:
            return _(self.exits[name][1])
        return capfirst(self.exit_word(name))

    def in_order(self, exits: list[str]) -> list[str]:
        """Return exits as people read them: those that were named, then the rest."""
        order = list(self.exits)
        return sorted(exits, key=lambda e: order.index(e) if e in order else -1)

    def detail(self, step: DraftStep) -> str:
        """Return what a step is about: its calendar, its queue, its announcement."""
        named = (step.reference(p) for p in ("calendar", "queue", "announcement"))
        return next(filter(None, named), "")

    def value(self, step: DraftStep, field: str) -> str:
        """Return what a field says, for reading."""
        value = step.fields.get(field)
        if field in step.kind.library:
            value = step.reference(field)
        return _("nothing") if value is None or value == "" else str(value)

    def differences(
        self, field: str, old: DraftStep, new: DraftStep
    ) -> Iterator[Difference]:
        """Tell what changed in one field, of which the values differ."""
        yield (
            "changed",
            _("Step “%(step)s”: %(field)s %(after)s instead of %(before)s."),
            {
                "field": _(self.fields[field]) if field in self.fields else field,
                "before": self.value(old, field),
                "after": self.value(new, field),
            },
        )

    def endings(self, step: DraftStep) -> tuple[str, ...]:
        """Return the outcomes to choose from in a simulation, beside its phones'."""
        return ()

    def place(self, destination: str | None, names: Names) -> str:
        """Return where a call ended that it took, for reading."""
        return words(destination, names)
