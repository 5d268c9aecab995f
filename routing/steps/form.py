"""The form of a step: what all kinds of step are asked, and parts several share.

A form reads a draft and gives what to put into it; ``routing.plan.editing`` does that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from routing.engine.document import LONGEST_LABEL
from routing.plan.display_names import Names
from routing.plan.draft import Draft, DraftStep
from routing.words.destinations import destination_choices
from vms_portal.kernel.plain_fields import PlainField

if TYPE_CHECKING:
    from routing.steps.base import StepPage

Json = dict[str, Any]
NOWHERE = ("", "—")
EXIT = "exit-"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a step may refer to: destinations, and the library by its names.

    ``read`` returns a destination that was written, or raises ``ValidationError``;
    ``title`` is what people call a step.
    """

    destinations: list[str]
    names: Names
    read: Callable[[str], str]
    title: Callable[[DraftStep], str]


def with_current(
    offered: Iterable[tuple[str, str]], current: str
) -> list[tuple[str, str]]:
    """Return the choices with what the step says now, even if it is gone."""
    choices = list(offered)
    if current not in dict(choices):
        choices.insert(0, (current, current) if current else NOWHERE)
    return choices


class StepForm(forms.Form):
    """The label and the exits every step has, and the fields its kind asks for."""

    label = PlainField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=LONGEST_LABEL,
        help_text=gettext_lazy("What your colleagues call this step."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        page: "StepPage",
        draft: Draft,
        name: str,
        offer: Offer,
    ) -> None:
        self.step = draft.steps[name]
        self.page, self.draft, self.name, self.offer = page, draft, name, offer
        super().__init__(data, auto_id="step_%s")
        self.fields["label"].initial = self.step.label
        self.add_own_fields()
        self.own_names = list(self.fields)
        self._add_exits()

    def add_own_fields(self) -> None:
        """Add what this kind asks, with what the step says now."""
        self.page.ask(self)

    def own_values(self) -> Json:
        """Return the step's fields as entered; None takes one away."""
        own = self.step.kind.fields
        return {key: self.cleaned_data[key] for key in own if key in self.fields}

    def own_exits(self) -> Mapping[str, str]:
        """Return the exits its own fields say; "" takes one away."""
        return {}

    def shown_exits(self) -> list[str]:
        """Return the exits that have a field each."""
        return self.step.kind.allowed_exits(self.step.fields)

    @property
    def own(self) -> list[Any]:
        return [self[name] for name in self.own_names]

    @property
    def exits(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.own_names]

    def values(self) -> Json:
        """Return the fields of the step as entered, its label among them."""
        return {"label": self.cleaned_data["label"], **self.own_values()}

    def leads(self) -> dict[str, str]:
        """Return where each exit leads as entered; "" takes one away."""
        given = self.cleaned_data.items()
        written = {f.removeprefix(EXIT): to for f, to in given if f.startswith(EXIT)}
        return {**self.own_exits(), **written}

    @cached_property
    def _others(self) -> list[tuple[str, str]]:
        steps = self.draft.steps.values()
        return [(s.name, self.offer.title(s)) for s in steps if s.name != self.name]

    def other_steps(self, now: str | None = None) -> list[tuple[str, str]]:
        """Return the other steps as choices, with where an exit leads ``now``."""
        return self._others if now is None else with_current(self._others, now)

    def _add_exits(self) -> None:
        for name in self.page.in_order(self.shown_exits()):
            self.fields[f"{EXIT}{name}"] = self._exit_field(name)

    def _exit_field(self, name: str) -> forms.ChoiceField:
        """Return the field of an exit; one the kind must have cannot be left out."""
        kind, now = self.step.kind, self.step.exits.get(name)
        others = self.other_steps(now)
        is_needed = name in kind.required_exits(self.step.fields)
        fallback = kind.fallbacks.get(name)
        blank = "—"
        if fallback:
            blank = _("as “%(exit)s”") % {"exit": self.page.exit_word(fallback)}
        return forms.ChoiceField(
            label=self.page.case(name),
            required=is_needed,
            choices=others if is_needed and now else [("", blank), *others],
            initial=now or "",
        )

    def add_reference(
        self, part: str, label: str, *, missing: str, none_yet: str = ""
    ) -> None:
        """Ask for one of a part of the library."""
        now, offered = self.step.text(part), self.offer.names.all_of(part)
        none_yet = none_yet or _("There is none yet: make one on its own page first.")
        self.fields[part] = forms.ChoiceField(
            label=label,
            choices=with_current(offered.items(), now),
            initial=now,
            error_messages={"required": missing},
            help_text="" if offered else none_yet,
        )

    def add_announcement(self) -> None:
        self.add_reference(
            "announcement", _("Announcement"), missing=_("Choose what callers hear.")
        )

    def add_whole(self, field: str, label: str, bounds: tuple[int, int]) -> None:
        """Ask for a whole number within ``bounds``."""
        least, most = bounds
        self.fields[field] = forms.IntegerField(
            label=label,
            min_value=least,
            max_value=most,
            initial=self.step.fields.get(field),
        )


class PlaceForm(StepForm):
    """A step with destinations: each from the list, or another number."""

    def add_place(self, suffix: str, now: str, label: str) -> None:
        offered = destination_choices(self.offer.destinations, self.offer.names)
        if now and now not in dict(offered):
            offered = [*destination_choices([now], self.offer.names), *offered]
        self.fields[f"to{suffix}"] = forms.ChoiceField(
            label=label, required=False, choices=[NOWHERE, *offered], initial=now
        )
        self.fields[f"other{suffix}"] = forms.CharField(
            label=_("Or another number"),
            required=False,
            max_length=60,
            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        )

    def read_place(self, suffix: str, *, required: bool) -> str:
        """Return the destination entered; errors go to the field it stands in."""
        other = self.cleaned_data.get(f"other{suffix}", "")
        written = other or self.cleaned_data.get(f"to{suffix}", "")
        field = f"other{suffix}" if other or not written else f"to{suffix}"
        if not written:
            if required:
                self.add_error(field, _("Say where the calls go."))
            return ""
        try:
            return self.offer.read(written)
        except forms.ValidationError as refused:
            self.add_error(field, refused)
            return ""
