"""Ending a call."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine.steps.hangup import CAUSES
from routing.plan.draft import DraftStep
from routing.steps.base import StepPage
from routing.steps.form import StepForm

CAUSE_WORDS = {
    "normal": _n("a normal end"),
    "busy": _n("busy tone"),
    "unallocated": _n("number not in use"),
    "rejected": _n("refused"),
}


class HangupPage(StepPage):
    name = _n("End the call")
    noted = _n("Hang up")
    icon = "telephone-x"
    sentence = _n("The call was ended: %(outcome)s.")
    going = _n("Calls are ended.")
    fields = {"cause": _n("what the caller hears")}
    outcomes = {"normal": _n("normal")}
    blank = {"cause": "normal"}

    def ask(self, form: StepForm) -> None:
        form.fields["cause"] = forms.ChoiceField(
            label=_("What the caller hears"),
            choices=[(cause, _(CAUSE_WORDS[cause])) for cause in CAUSES],
            initial=form.step.fields.get("cause", CAUSES[0]),
        )

    def detail(self, step: DraftStep) -> str:
        cause = step.text("cause")
        return _(CAUSE_WORDS[cause]) if cause in CAUSE_WORDS else cause

    def value(self, step: DraftStep, field: str) -> str:
        return self.detail(step) or super().value(step, field)
