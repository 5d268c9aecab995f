"""Load distribution: exact shares of the calls."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.engine.steps.distribution import WHOLE
from routing.plan.draft import DraftStep
from routing.steps.base import StepPage
from routing.steps.branches import BranchesForm
from routing.steps.form import Json


class DistributionForm(BranchesForm):
    def branches(self) -> list[tuple[str, Any]]:
        return list(shares(self.step).items())

    def value_field(self, n: int, value: Any) -> forms.Field:
        return forms.IntegerField(
            label=_("Share of the calls in percent"),
            required=False,
            min_value=0,
            max_value=WHOLE,
            initial=value,
        )

    def no_value(self) -> str:
        return _("Say which share of the calls.")

    def clean(self) -> Json:
        super().clean()
        total = sum(self.entered.values())
        if not self.errors and total != WHOLE:
            told = _("The shares total %(total)s: they must total 100.")
            self.add_error("value-0", told % {"total": total})
        return self.cleaned_data

    def own_values(self) -> Json:
        return {"shares": dict(self.entered)}


class DistributionPage(StepPage):
    name = _n("Load distribution")
    noted = _n("Distribution")
    icon = "percent"
    fields = {"shares": _n("shares")}
    reasons = {"slot": _n("it is the turn of this exit (slot %(slot)s of 0-99)")}
    blank = {"shares": {"a": 50, "b": 50}}
    asked = True
    form = DistributionForm

    def detail(self, step: DraftStep) -> str:
        return ", ".join(f"{name} {share} %" for name, share in shares(step).items())

    def value(self, step: DraftStep, field: str) -> str:
        return self.detail(step) or super().value(step, field)


def shares(step: DraftStep) -> dict[str, Any]:
    written = step.fields.get("shares")
    return written if isinstance(written, dict) else {}
