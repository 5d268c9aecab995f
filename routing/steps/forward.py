"""Forwarding a call for good."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.plan.draft import DraftStep
from routing.steps.base import StepPage
from routing.steps.form import Json, PlaceForm


class ForwardForm(PlaceForm):
    def add_own_fields(self) -> None:
        self.add_place("", self.step.text("destination"), _("Destination"))

    def clean(self) -> Json:
        self.destination = self.read_place("", required=True)
        return self.cleaned_data

    def own_values(self) -> Json:
        return {"destination": self.destination}


class ForwardPage(StepPage):
    name = _n("Forward")
    icon = "telephone-forward"
    sentence = _n("The call was forwarded to %(destination)s: %(outcome)s.")
    going = _n("Calls are forwarded to %(destination)s.")
    fields = {"destination": _n("destination")}
    missing = {"destination": _n("“%(step)s”: say where calls go.")}
    blank = {"destination": ""}
    asked = True
    form = ForwardForm

    def detail(self, step: DraftStep) -> str:
        return step.place(step.fields.get("destination"))

    def value(self, step: DraftStep, field: str) -> str:
        return self.detail(step) or super().value(step, field)
