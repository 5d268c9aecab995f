"""The form of a step whose exits are named by people: a row for each branch."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from routing.steps.form import NOWHERE, Json, StepForm
from vms_portal.kernel.plain_fields import PlainField

MOST = 10
LONGEST_NAME = 40


class BranchesForm(StepForm):
    """Rows of a name, what belongs to it, and where its calls go.

    An empty row at the end adds one; one without name and value is taken away.
    """

    def branches(self) -> list[tuple[str, Any]]:
        """Return the name and the value of each branch the step has now."""
        raise NotImplementedError

    def value_field(self, n: int, value: Any) -> forms.Field:
        """Return the field of what belongs to branch ``n``, which may be left out."""
        raise NotImplementedError

    def no_value(self) -> str:
        """Return what to say when a branch has a name alone."""
        raise NotImplementedError

    def shown_exits(self) -> list[str]:
        return [name for name in super().shown_exits() if name in self.page.exits]

    def add_own_fields(self) -> None:
        now = self.branches()
        self.count = min(len(now) + 1, max(MOST, len(now)))
        for n in range(self.count):
            self._add_row(n, *(now[n] if n < len(now) else ("", None)))

    def _add_row(self, n: int, name: str, value: Any) -> None:
        self.fields[f"name-{n}"] = PlainField(
            label=_("Branch %(n)s") % {"n": n + 1},
            required=False,
            max_length=max(LONGEST_NAME, len(name)),
            initial=name,
        )
        self.fields[f"value-{n}"] = self.value_field(n, value)
        to = self.step.exits.get(name) if name else None
        self.fields[f"go-{n}"] = forms.ChoiceField(
            label=_("Calls go to"),
            required=False,
            choices=[NOWHERE, *self.other_steps(to)],
            initial=to or "",
        )

    def clean(self) -> Json:
        self.entered: dict[str, Any] = {}
        self.ways: dict[str, str] = {}
        for n in range(self.count):
            self._read_row(n)
        if not self.entered and not self.errors:
            self.add_error("name-0", _("Give it a name."))
        return self.cleaned_data

    def _read_row(self, n: int) -> None:
        row = [f"{field}-{n}" for field in ("name", "value", "go")]
        if self.errors.keys() & set(row):
            return
        name, value, to = (self.cleaned_data[field] for field in row)
        if not name and value in (None, "", []):
            return
        if not name:
            self.add_error(row[0], _("Give it a name."))
        elif name in self.entered or name in self.page.exits:
            self.add_error(row[0], _("This name is taken. Choose another."))
        elif value in (None, "", []):
            self.add_error(row[1], self.no_value())
        elif not to:
            self.add_error(row[2], _("Choose where these calls go."))
        else:
            self.entered[name], self.ways[name] = value, to

    def own_exits(self) -> Mapping[str, str]:
        gone = dict.fromkeys(self.step.exits.keys() - self.page.exits.keys(), "")
        return {**gone, **self.ways}
