"""One form per type of step. ``apply`` puts what it says into a document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from routing import editing, step_words
from routing.diagram import exits_of, steps_of
from routing.engine.document import LONGEST_LABEL
from routing.engine.exits import FIXED, allowed_exits, required_exits
from routing.engine.fields import HANGUP_CAUSES, RING_MODES
from routing.forms.fields import destination_choices
from routing.names import Names
from routing.services.destinations import ForbiddenDestination, read_destination
from routing.services.plans import destinations_in
from routing.services.shown_targets import refuse_hidden
from tenants.models import Member
from vms_portal.kernel.plain_fields import AddressField, PlainField

Json = dict[str, Any]
MOST_PHONES = 10
NOWHERE = ("", "—")


@dataclass(frozen=True, slots=True)
class Offer:
    """What a step may refer to: destinations, and the library by its names."""

    member: Member
    destinations: list[str]
    names: Names


def _with(choices: Iterable[tuple[str, str]], current: object) -> list[tuple[str, str]]:
    """Return ``choices`` with what the step says now, even if it is gone."""
    found = list(choices)
    if isinstance(current, str) and current not in dict(found):
        found.insert(0, (current, current) if current else NOWHERE)
    return found


def _none_yet(library: Mapping[str, str]) -> str:
    return "" if library else _("There is none yet: make one on its own page first.")


class StepForm(forms.Form):
    """The label and the exits every step has; types add their own fields."""

    label = PlainField(
        label=gettext_lazy("Name"),
        required=False,
        max_length=LONGEST_LABEL,
        help_text=gettext_lazy("What your colleagues call this step."),
    )

    def __init__(
        self, data: Any = None, *, document: Json, name: str, offer: Offer
    ) -> None:
        self.step = steps_of(document)[name]
        self.document, self.name, self.offer = document, name, offer
        super().__init__(data, auto_id="step_%s")
        self.fields["label"].initial = str(self.step.get("label", ""))
        self.add_own_fields()
        self.own_names = list(self.fields)
        self._add_exits()

    def add_own_fields(self) -> None:
        """Add what this type asks, with what the step says now."""

    def own_values(self) -> Json:
        """Return the step's fields as entered."""
        return {}

    @property
    def own(self) -> list[Any]:
        return [self[name] for name in self.own_names]

    @property
    def exits(self) -> list[Any]:
        return [self[name] for name in self.fields if name not in self.own_names]

    def apply(self) -> Json:
        """Return the document with this step as entered."""
        values = {"label": self.cleaned_data["label"], **self.own_values()}
        changed = editing.set_fields(self.document, self.name, values)
        for field, to in self.cleaned_data.items():
            if field.startswith("exit-"):
                exit_name = field.removeprefix("exit-")
                changed = editing.set_exit(changed, self.name, exit_name, to)
        return changed

    def _add_exits(self) -> None:
        kind = str(self.step.get("type"))
        now = exits_of(self.step)
        if kind not in FIXED:
            return
        names = allowed_exits(kind, self.step)
        needed = required_exits(kind, self.step)
        shown = names if kind != "menu" else needed | now.keys()
        steps = steps_of(self.document)
        others = [
            (other, step_words.title(other, self.offer.names.put_in(step)))
            for other, step in steps.items()
            if other != self.name
        ]
        order = list(step_words.EXITS)
        for name in sorted(shown, key=lambda n: order.index(n) if n in order else -1):
            self.fields[f"exit-{name}"] = self._exit_field(
                kind, name, _with(others, now.get(name, "")) if name in now else others
            )

    def _exit_field(
        self, kind: str, name: str, others: list[tuple[str, str]]
    ) -> forms.ChoiceField:
        """Return the field of an exit; one the type must have cannot be left out."""
        is_needed = name in required_exits(kind, self.step)
        fallback = FIXED[kind][1].get(name)
        blank = "—"
        if fallback:
            blank = _("as “%(exit)s”") % {"exit": step_words.exit_word(fallback)}
        now = exits_of(self.step).get(name, "")
        return forms.ChoiceField(
            label=step_words.case(name),
            required=is_needed,
            choices=others if is_needed and now else [("", blank), *others],
            initial=now,
        )


class ScheduleForm(StepForm):
    def add_own_fields(self) -> None:
        now = self.step.get("calendar", "")
        self.fields["calendar"] = forms.ChoiceField(
            label=_("Calendar"),
            choices=_with(self.offer.names.calendars.items(), now),
            initial=now,
            error_messages={"required": _("Choose a calendar.")},
            help_text=_none_yet(self.offer.names.calendars),
        )

    def own_values(self) -> Json:
        return {"calendar": self.cleaned_data["calendar"]}


class SpokenForm(StepForm):
    """An announcement."""

    def add_own_fields(self) -> None:
        now = self.step.get("announcement", "")
        self.fields["announcement"] = forms.ChoiceField(
            label=_("Announcement"),
            choices=_with(self.offer.names.announcements.items(), now),
            initial=now,
            error_messages={"required": _("Choose what callers hear.")},
            help_text=_none_yet(self.offer.names.announcements),
        )

    def own_values(self) -> Json:
        return {"announcement": self.cleaned_data["announcement"]}


class VoicemailForm(SpokenForm):
    def add_own_fields(self) -> None:
        super().add_own_fields()
        self.fields["mailbox"] = AddressField(
            label=_("Messages are sent to"),
            initial=self.step.get("mailbox", ""),
            max_length=200,
            error_messages={"required": _("Say where messages are sent.")},
        )

    def own_values(self) -> Json:
        return {**super().own_values(), "mailbox": self.cleaned_data["mailbox"]}


class HangupForm(StepForm):
    def add_own_fields(self) -> None:
        self.fields["cause"] = forms.ChoiceField(
            label=_("What the caller hears"),
            choices=[(c, _(step_words.CAUSES[c])) for c in HANGUP_CAUSES],
            initial=self.step.get("cause", "normal"),
        )

    def own_values(self) -> Json:
        return {"cause": self.cleaned_data["cause"]}


class PlaceForm(StepForm):
    """A step with destinations: each from the list, or another number."""

    def add_place(self, suffix: str, now: object, label: str) -> None:
        offered = destination_choices(self.offer.destinations, self.offer.names)
        current = now if isinstance(now, str) else ""
        if current and current not in dict(offered):
            offered = [*destination_choices([current], self.offer.names), *offered]
        self.fields[f"to{suffix}"] = forms.ChoiceField(
            label=label,
            required=False,
            choices=[NOWHERE, *offered],
            initial=current,
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
            place = read_destination(written, tenant=self.offer.member.tenant)
            if place not in destinations_in(self.document):
                refuse_hidden([place], self.offer.member)
            return place
        except ForbiddenDestination as refused:
            self.add_error(field, str(refused))
            return ""


class ForwardForm(PlaceForm):
    def add_own_fields(self) -> None:
        self.add_place("", self.step.get("destination"), _("Destination"))

    def clean(self) -> Json:
        self.destination = self.read_place("", required=True)
        return self.cleaned_data

    def own_values(self) -> Json:
        return {"destination": self.destination}


class RingForm(PlaceForm):
    """Phones in their order; an empty line at the end adds one."""

    def add_own_fields(self) -> None:
        mode = self.step.get("mode", "sequential")
        self.fields["mode"] = forms.ChoiceField(
            label=_("Phones ring"),
            choices=[(m, _(step_words.MODES[m])) for m in RING_MODES],
            initial=mode,
        )
        targets = self.step.get("targets")
        targets = targets if isinstance(targets, list) else []
        phones = [target for target in targets if isinstance(target, dict)]
        self.count = min(len(phones) + 1, max(MOST_PHONES, len(phones)))
        for n in range(self.count):
            self._add_phone(n, phones[n] if n < len(phones) else {})

    def _add_phone(self, n: int, phone: Mapping[str, Any]) -> None:
        label = _("Phone %(n)s") % {"n": n + 1}
        self.add_place(f"-{n}", phone.get("destination"), label)
        self.fields[f"seconds-{n}"] = forms.IntegerField(
            label=_("Rings for (seconds)"),
            min_value=5,
            max_value=60,
            initial=phone.get("ring_s", 20),
        )

    def clean(self) -> Json:
        self.targets = []
        for n in range(self.count):
            place = self.read_place(f"-{n}", required=False)
            seconds = self.cleaned_data.get(f"seconds-{n}", 20)
            if not place and f"seconds-{n}" in self.changed_data:
                self._ask_for_phone(n)
            if place:
                self.targets.append({"destination": place, "ring_s": seconds})
        if not self.targets and not self.errors:
            self.add_error("other-0", _("Say which phone rings."))
        return self.cleaned_data

    def _ask_for_phone(self, n: int) -> None:
        if not self.errors.keys() & {f"to-{n}", f"other-{n}"}:
            self.add_error(f"other-{n}", _("Say which phone rings."))

    def own_values(self) -> Json:
        return {"mode": self.cleaned_data["mode"], "targets": self.targets}


FORMS: dict[str, type[StepForm]] = {
    "schedule": ScheduleForm,
    "ring": RingForm,
    "announcement": SpokenForm,
    "forward": ForwardForm,
    "voicemail": VoicemailForm,
    "hangup": HangupForm,
}


def form_class(step: Mapping[str, Any]) -> type[StepForm]:
    """Return the form of a step; other types keep label and exits to be changed."""
    kind = step.get("type")
    return FORMS.get(kind, StepForm) if isinstance(kind, str) else StepForm
