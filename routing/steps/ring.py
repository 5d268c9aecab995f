"""Ringing phones."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n
from django.utils.translation import ngettext

from routing.engine.fields import DEFAULT_RING_SECONDS, RING_SECONDS
from routing.engine.steps.ring import MODES
from routing.engine.walk import OWN_LINE
from routing.plan.draft import DraftStep, Target
from routing.steps import confirming
from routing.steps.base import Difference, StepPage
from routing.steps.confirming import ConfirmingForm
from routing.steps.form import Json

MOST_PHONES = 10
MODE_WORDS = {
    "sequential": _n("one after the other"),
    "simultaneous": _n("all at once"),
}


class RingForm(ConfirmingForm):
    """Phones in their order; an empty line at the end adds one."""

    def add_own_fields(self) -> None:
        self.fields["mode"] = forms.ChoiceField(
            label=_("Phones ring"),
            choices=[(mode, _(MODE_WORDS[mode])) for mode in MODES],
            initial=self.step.fields.get("mode", MODES[0]),
        )
        phones = self.step.targets
        self.count = min(len(phones) + 1, max(MOST_PHONES, len(phones)))
        for n in range(self.count):
            self._add_phone(n, phones[n] if n < len(phones) else Target(""))

    def _add_phone(self, n: int, phone: Target) -> None:
        self.add_place(f"-{n}", phone.destination, _("Phone %(n)s") % {"n": n + 1})
        self.fields[f"seconds-{n}"] = forms.IntegerField(
            label=_("Rings for (seconds)"),
            min_value=RING_SECONDS[0],
            max_value=RING_SECONDS[-1],
            initial=phone.ring_s,
        )
        self.add_confirm(f"-{n}", phone.fields)

    def clean(self) -> Json:
        self.targets = []
        for n in range(self.count):
            place = self.read_place(f"-{n}", required=False)
            seconds = self.cleaned_data.get(f"seconds-{n}", DEFAULT_RING_SECONDS)
            is_changed = {f"seconds-{n}", f"confirm-{n}"} & set(self.changed_data)
            if not place and is_changed:
                self._ask_for_phone(n)
            if place:
                phone = {"destination": place, "ring_s": seconds}
                phone |= self.read_confirm(f"-{n}")
                kept = {key: value for key, value in phone.items() if value is not None}
                self.targets.append(kept)
        if not self.targets and not self.errors:
            self.add_error("other-0", _("Say which phone rings."))
        return self.cleaned_data

    def _ask_for_phone(self, n: int) -> None:
        if not self.errors.keys() & {f"to-{n}", f"other-{n}"}:
            self.add_error(f"other-{n}", _("Say which phone rings."))

    def own_values(self) -> Json:
        return {"mode": self.cleaned_data["mode"], "targets": self.targets}


class RingPage(StepPage):
    name = _n("Ring")
    icon = "telephone"
    sentence = _n("The call rang %(destination)s: %(outcome)s.")
    going = _n("Calls ring %(destination)s.")
    exits = {
        "busy": (_n("busy"), _n("When busy")),
        "no_answer": (_n("no answer"), _n("When there is no answer")),
        "unreachable": (_n("unreachable"), _n("When unreachable")),
        "failed": (_n("otherwise"), _n("Otherwise")),
    }
    fields = {"targets": _n("phones"), "mode": _n("order of ringing")}
    missing = {
        "targets": _n("“%(step)s”: say which phone rings."),
        "destination": _n("“%(step)s”: say where calls go."),
    }
    reasons = {
        "none_allowed": _n("calls may go to none of its targets (any more)"),
        "rang": _n("targets gave %(causes)s"),
        "rang_together": _n("no target answered; the best cause was %(causes)s"),
    }
    blank = {
        "mode": "sequential",
        "targets": [{"destination": OWN_LINE, "ring_s": DEFAULT_RING_SECONDS}],
    }
    form = RingForm

    def detail(self, step: DraftStep) -> str:
        named = [
            confirming.shown(step.place(target.destination), target.confirm_s)
            for target in step.targets
        ]
        if len(named) > 2:
            rest = len(named) - 1
            more = ngettext("%(n)s more", "%(n)s more", rest) % {"n": rest}
            return f"{named[0]}, {more}"
        return ", ".join(named)

    def value(self, step: DraftStep, field: str) -> str:
        words: Any = MODE_WORDS.get(step.text(field)) if field == "mode" else None
        return _(words) if words else super().value(step, field)

    def differences(
        self, field: str, old: DraftStep, new: DraftStep
    ) -> Iterator[Difference]:
        if field == "targets":
            return _phones_differ(old, new)
        return super().differences(field, old, new)


def _phones_differ(old: DraftStep, new: DraftStep) -> Iterator[Difference]:
    """Say which phones were added, removed, or ring in another way."""
    before = {target.destination: target for target in old.targets}
    after = {target.destination: target for target in new.targets}
    for place, phone in after.items():
        values = {"place": new.place(place), "seconds": phone.ring_s}
        asked = before[place].confirm_s if place in before else None
        if place not in before:
            text = _("Step “%(step)s” also rings %(place)s for %(seconds)s seconds.")
            yield "added", text, values
        elif before[place].ring_s != phone.ring_s:
            text = _("Step “%(step)s” rings %(place)s for %(seconds)s seconds.")
            yield "changed", text, values
        yield from confirming.differences(asked, phone.confirm_s, new.place(place))
    for place in before:
        if place not in after:
            text = _("Step “%(step)s” no longer rings %(place)s.")
            yield "removed", text, {"place": old.place(place)}
    if before.keys() == after.keys() and list(before) != list(after):
        yield "changed", _("Step “%(step)s” rings in another order."), {}
