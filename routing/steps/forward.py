"""Forwarding a call for good."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine.fields import CONFIRM, confirm_seconds
from routing.plan.draft import DraftStep
from routing.steps import confirming
from routing.steps.base import Difference, StepPage
from routing.steps.confirming import ConfirmingForm
from routing.steps.form import Json


class ForwardForm(ConfirmingForm):
    def add_own_fields(self) -> None:
        self.add_place("", self.step.text("destination"), _("Destination"))
        self.add_confirm("", self.step.fields)

    def clean(self) -> Json:
        self.destination = self.read_place("", required=True)
        return self.cleaned_data

    def own_values(self) -> Json:
        return {"destination": self.destination, **self.read_confirm("")}


class ForwardPage(StepPage):
    name = _n("Forward")
    icon = "telephone-forward"
    sentence = _n("The call was forwarded to %(destination)s: %(outcome)s.")
    going = _n("Calls are forwarded to %(destination)s.")
    fields = {
        "destination": _n("destination"),
        "confirm": _n("pressing 1"),
        "confirm_s": _n("time to press 1"),
    }
    missing = {"destination": _n("“%(step)s”: say where calls go.")}
    blank = {"destination": ""}
    asked = True
    form = ForwardForm

    def detail(self, step: DraftStep) -> str:
        place = step.place(step.fields.get("destination"))
        return confirming.shown(place, confirm_seconds(step.fields))

    def value(self, step: DraftStep, field: str) -> str:
        return step.place(step.fields.get("destination")) or super().value(step, field)

    def differences(
        self, field: str, old: DraftStep, new: DraftStep
    ) -> Iterator[Difference]:
        if field not in CONFIRM:
            return super().differences(field, old, new)
        before, after = confirm_seconds(old.fields), confirm_seconds(new.fields)
        # Asked since, or no longer, is told once: not also by its seconds.
        is_told = field == "confirm_s" and (before is None) != (after is None)
        place = new.place(new.fields.get("destination"))
        return confirming.differences(before, before if is_told else after, place)
