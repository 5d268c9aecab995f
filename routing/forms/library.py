"""Forms of calendars, announcements and the settings of a customer."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.models import GeographicNumber
from numbers.notation.misreading import explain
from routing.engine import Problem
from routing.engine.calendars import DAYS, HOME, read_calendar
from routing.forms.fields import CHECK_YEAR, DestinationMixin
from routing.models import ScreeningRule
from routing.words import sentences
from routing.words.calendar_warnings import warnings
from routing.words.destinations import destination_choices
from tenants.models import Tenant
from vms_portal.kernel.form_choices import offer, offer_rows
from vms_portal.kernel.formatting import display
from vms_portal.kernel.plain_fields import PlainField, PlainTextField
from vms_portal.kernel.telephony import (
    beginning,
    has_hidden,
    is_home,
    is_many_countries,
)

Json = dict[str, Any]
SPARE_DAYS = 2
# Longer is a slip in the year: it would override the week for decades.
LONGEST_SPECIAL = dt.timedelta(days=366)
MODES = [
    ("auto", gettext_lazy("by the hours below")),
    ("force_open", gettext_lazy("open until I change it")),
    ("force_closed", gettext_lazy("closed until I change it")),
]
CLOCK = re.compile(r"(\d{1,2})(?:[:.hu]?(\d{2})|[hu])?", re.IGNORECASE)


class CalendarForm(forms.Form):
    """Hours are written as people write them: 08:30-12:00, 13:00-17:30."""

    name = PlainField(label=gettext_lazy("Name"), max_length=80)
    mode = forms.ChoiceField(label=gettext_lazy("State"), choices=MODES)
    holidays = forms.BooleanField(
        label=gettext_lazy("Closed on the ten Belgian public holidays"), required=False
    )

    def __init__(self, data: Any = None, *, name: str, definition: Json) -> None:
        super().__init__(
            data,
            initial={
                "name": name,
                "mode": definition.get("mode", "auto"),
                "holidays": bool(definition.get("holidays")),
            },
        )
        self.before = definition
        for number, day in enumerate(DAYS):
            self._add_hours(
                day, str(WEEKDAYS[number]), definition.get("weekly", {}).get(day)
            )
        specials = definition.get("special", [])
        self.count = len(specials) + SPARE_DAYS
        for n in range(self.count):
            self._add_special(n, specials[n] if n < len(specials) else {})

    def _add_hours(self, name: str, label: str, spans: object) -> None:
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            max_length=200,
            initial=hours_text(spans),
            widget=forms.TextInput(attrs={"placeholder": _("closed")}),
        )

    def _add_special(self, n: int, special: Json) -> None:
        first = special.get("date", special.get("from", ""))
        dates = {"From": first, "To": special.get("date", special.get("to", ""))}
        labels = {"From": _("From"), "To": _("To and including")}
        for key, date in dates.items():
            self.fields[f"special-{n}-{key.lower()}"] = forms.DateField(
                label=labels[key],
                required=False,
                initial=date,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        self._add_hours(f"special-{n}-hours", _("Hours"), special.get("hours"))
        self.fields[f"special-{n}-label"] = PlainField(
            label=_("Name"),
            required=False,
            max_length=80,
            initial=special.get("label", ""),
        )

    @property
    def week(self) -> list[Any]:
        return [self[day] for day in DAYS]

    @property
    def specials(self) -> list[list[Any]]:
        keys = ("from", "to", "hours", "label")
        return [[self[f"special-{n}-{k}"] for k in keys] for n in range(self.count)]

    def clean(self) -> Json:
        data = self.cleaned_data
        self.definition = {
            "time_zone": self.before.get("time_zone", HOME),
            "mode": data.get("mode", "auto"),
            "weekly": {day: read_hours(data.get(day, "")) for day in DAYS},
            "holidays": "BE" if data.get("holidays") else None,
            "special": self._specials(data),
        }
        for problem in read_calendar(self.definition, "")[1]:
            self.add_problem(problem)
        return data

    def add_problem(self, problem: Problem) -> None:
        """Put a problem of the engine at the field it is about."""
        part, _slash, rest = problem.path.strip("/").partition("/")
        place = rest.partition("/")[0]
        field = None
        if part == "weekly":
            field = place
        elif part == "special" and place.isdecimal():
            key = "hours" if "hours" in rest else "from"
            field = f"special-{self.rows[int(place)]}-{key}"
        self.add_error(
            field if field in self.fields else None, sentences.message(problem)
        )

    @property
    def warnings(self) -> list[str]:
        """What the hours mean that one may not have meant; empty when refused."""
        return warnings(self.definition) if self.is_valid() else []

    def _is_begun(self, n: int, data: Json) -> bool:
        """Tell whether a row without a first day holds anything else."""
        keys = [f"special-{n}-{key}" for key in ("from", "to", "hours", "label")]
        return any(data.get(key) or key in self.errors for key in keys)

    def _specials(self, data: Json) -> list[Json]:
        """Return the special days entered; an empty row is left out."""
        specials: list[Json] = []
        self.rows: list[int] = []
        for n in range(self.count):
            first = data.get(f"special-{n}-from")
            if first is None:
                if self._is_begun(n, data) and f"special-{n}-from" not in self.errors:
                    self.add_error(f"special-{n}-from", _("Say from which day."))
                continue
            last = data.get(f"special-{n}-to") or first
            if last - first > LONGEST_SPECIAL:
                self.add_error(f"special-{n}-to", CHECK_YEAR)
                continue
            hours = read_hours(data.get(f"special-{n}-hours", ""))
            days = {"from": first.isoformat(), "to": last.isoformat()}
            if first == last:
                days = {"date": first.isoformat()}
            label = data.get(f"special-{n}-label", "")
            specials.append({**days, "hours": hours, "label": label})
            self.rows.append(n)
        return specials


def hours_text(spans: object) -> str:
    """Return spans for editing; what cannot be read is shown as it is."""
    pairs = spans if isinstance(spans, list) else []
    return ", ".join("-".join(map(str, p)) for p in pairs if isinstance(p, list))


def read_hours(text: str) -> list[list[str]]:
    """Return the spans of a text such as ``8:30-12, 13h-17h30``.

    A time that is not one stays as it is, for the engine to name.
    """
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    return [[_clock(t.strip()) for t in re.split("[-–]", part)] for part in parts]


def _clock(text: str) -> str:
    clock = CLOCK.fullmatch(text)
    return f"{int(clock[1]):02d}:{clock[2] or '00'}" if clock else text


class AnnouncementForm(forms.Form):
    """One text per language; an empty one is not spoken."""

    name = PlainField(label=gettext_lazy("Name"), max_length=80)

    def __init__(self, data: Any = None, *, name: str, texts: dict[str, str]) -> None:
        super().__init__(data, initial={"name": name})
        for code, language in Tenant.Language.choices:
            self.fields[f"text-{code}"] = PlainTextField(
                label=language,
                required=False,
                max_length=1000,
                initial=texts.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 3, "lang": code}),
            )

    @property
    def texts(self) -> dict[str, str]:
        return {c: self.cleaned_data[f"text-{c}"] for c in Tenant.Language.values}


class SafetyForm(DestinationMixin):
    """Where calls nobody took go at last; nowhere is an answer."""

    def __init__(self, *args: Any, now: str, **kwargs: Any) -> None:
        kwargs["destinations"] = [now, *kwargs["destinations"]]
        super().__init__(*args, **kwargs)
        offered = destination_choices(kwargs["destinations"], self.names)
        choices = [("", _("a last announcement only")), *offered]
        field = offer(self, "to", choices)
        field.required, field.initial = False, now

    def clean(self) -> Json:
        if not self.cleaned_data.get("to") and not self.cleaned_data.get("other"):
            return {**self.cleaned_data, "destination": ""}
        return super().clean()


class NumberChoice(forms.ModelChoiceField):
    """A number as people write it, with its label."""

    def label_from_instance(self, obj: GeographicNumber) -> str:
        shown = display(obj.e164)
        return f"{shown} · {obj.label}" if obj.label else shown


class CallerRuleForm(forms.Form):
    """Callers to refuse, or always to let through."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Callers are"), choices=ScreeningRule.Kind
    )
    begins = forms.CharField(
        label=gettext_lazy("Their number begins with"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("A whole number, or only its beginning such as +3247."),
    )
    # An empty field must not mean everybody of a kind: one careless press would do.
    withheld = forms.BooleanField(
        label=gettext_lazy("Callers who withhold their number"),
        required=False,
        help_text=gettext_lazy("Instead of a number. They can only be refused."),
    )
    number = NumberChoice(
        GeographicNumber.objects.none(),
        label=gettext_lazy("When they call"),
        required=False,
        empty_label=gettext_lazy("any of your numbers"),
    )

    def __init__(self, *args: Any, numbers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "number", numbers)

    def clean_begins(self) -> str:
        """Return the beginning in E.164, Belgian unless it says otherwise."""
        written = self.cleaned_data["begins"]
        if not written.strip():
            return ""
        if has_hidden(written):
            raise forms.ValidationError(explain("hidden_character"))
        prefix = beginning(written)
        if prefix is None:
            raise forms.ValidationError(
                _("Write the beginning of a number, such as +3247 or 02 550.")
            )
        if is_home(prefix):
            raise forms.ValidationError(
                _("That would be every caller in Belgium. Write more digits.")
            )
        if is_many_countries(prefix):
            raise forms.ValidationError(
                _("That would be the callers of many countries. Write more digits.")
            )
        return prefix

    def clean(self) -> Json:
        data = self.cleaned_data
        begins, withheld = data.get("begins"), data.get("withheld")
        if begins == "" and not withheld:
            self.add_error("begins", _("Say which callers."))
        elif begins and withheld:
            message = _("Choose one: a number, or callers who withhold theirs.")
            self.add_error("withheld", message)
        elif withheld and data.get("kind") == ScreeningRule.Kind.ALLOW:
            message = _("Callers who withhold their number can only be refused.")
            self.add_error("withheld", message)
        return data
