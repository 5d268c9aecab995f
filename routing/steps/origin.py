"""The caller's origin: groups of numbers by how they begin."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

from routing.plan.draft import DraftStep, text
from routing.steps.base import StepPage
from routing.steps.branches import BranchesForm
from routing.steps.form import Json
from vms_portal.kernel.formatting import display
from vms_portal.kernel.plain_fields import PlainField
from vms_portal.kernel.telephony import beginning

BETWEEN = ", "


class PrefixesField(PlainField):
    """Beginnings of numbers with commas between them, as a list in E.164."""

    def clean(self, value: Any) -> Any:
        written = super().clean(value).replace(";", ",").split(",")
        prefixes = []
        for part in filter(None, map(str.strip, written)):
            prefix = beginning(part)
            if prefix is None:
                raise forms.ValidationError(
                    _("Write the beginning of a number, such as +3247 or 02 550.")
                )
            prefixes.append(prefix)
        return list(dict.fromkeys(prefixes))


class OriginForm(BranchesForm):
    def branches(self) -> list[tuple[str, Any]]:
        return list(groups(self.step).items())

    def value_field(self, n: int, value: Any) -> forms.Field:
        return PrefixesField(
            label=_("Numbers that begin with"),
            required=False,
            max_length=2000,
            initial=BETWEEN.join(value or []),
            help_text=_("For example +3247, 02 550. Put a comma between them."),
        )

    def no_value(self) -> str:
        return _("Say which callers.")

    def clean(self) -> Json:
        super().clean()
        seen: dict[str, str] = {}
        for n in range(self.count):
            for prefix in self.cleaned_data.get(f"value-{n}") or []:
                if seen.setdefault(prefix, f"value-{n}") != f"value-{n}":
                    told = _("%(prefix)s stands in two branches: keep one.")
                    self.add_error(f"value-{n}", told % {"prefix": display(prefix)})
                    break
        return self.cleaned_data

    def own_values(self) -> Json:
        entered = self.entered.items()
        return {"rules": [{"prefixes": list(p), "exit": name} for name, p in entered]}


class OriginPage(StepPage):
    name = _n("Caller's origin")
    noted = _n("Origin of the call")
    icon = "globe2"
    exits = {
        "withheld": (_n("number withheld"), _n("Number withheld")),
        "other": (_n("all others"), _n("All others")),
    }
    fields = {"rules": _n("rules")}
    reasons = {
        "withheld": _n("the caller withholds the number"),
        "origin": _n("the caller's number starts with %(prefix)s"),
        "other_origin": _n("no rule fits the caller's number"),
    }
    blank = {"rules": []}
    asked = True
    form = OriginForm

    def value(self, step: DraftStep, field: str) -> str:
        prefixes = groups(step)
        told = [f"{n} ({BETWEEN.join(map(display, p))})" for n, p in prefixes.items()]
        return BETWEEN.join(told) or super().value(step, field)


def groups(step: DraftStep) -> dict[str, list[str]]:
    """Return the beginnings of numbers by exit, without what cannot be read."""
    rules = step.fields.get("rules")
    by_exit: dict[str, list[str]] = {}
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, dict):
            prefixes = rule.get("prefixes")
            prefixes = prefixes if isinstance(prefixes, list) else []
            group = by_exit.setdefault(text(rule.get("exit")), [])
            group += [prefix for prefix in prefixes if isinstance(prefix, str)]
    return by_exit
