"""The filters of the calls and of the figures, as they stand in the URL."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from numbers.notation.reading import normalise
from traffic.calls.search import read_start
from traffic.models import Outcome, Treatment
from traffic.selectors.calls import Place
from traffic.selectors.periods import PeriodChoice, Span, span_of
from vms_portal.kernel.formatting import display
from vms_portal.kernel.telephony import from_query, without_hidden
from vms_portal.kernel.widgets import QuickSelect, ReadyChoices

EARLIEST = dt.date(2020, 1, 1)
LONGEST_DAYS = 400


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats = ("%Y-%m-%d",)

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], **options)


class PeriodForm(forms.Form):
    """Which days: a named period, or the person's own dates, at most 400 days."""

    period = forms.ChoiceField(
        label=_("Period"),
        choices=PeriodChoice,
        required=False,
        widget=QuickSelect,
    )
    first = DayField(label=_("From"))
    last = DayField(label=_("To"))

    def __init__(self, data: Any, *, today: dt.date, default: str = PeriodChoice.WEEK):
        filled = data.copy()
        filled.setdefault("period", default)
        super().__init__(filled, label_suffix="")
        self.today, self.default = today, default

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors.keys() & {"period", "first", "last"}:
            values["span"] = self._span(values)
        return values

    def _span(self, values: dict[str, Any]) -> Span | None:
        period = values.get("period") or self.default
        if period != PeriodChoice.OWN:
            return span_of(period, self.today)
        first, last = values.get("first"), values.get("last")
        if first is None:
            self.add_error("first", _("Give the first day."))
            return None
        span = Span(first, last or first)
        if problem := _problem(span, self.today):
            self.add_error("last" if last else "first", problem)
            return None
        return span

    @property
    def span(self) -> Span | None:
        """The chosen days; None while something is wrong."""
        return self.cleaned_data.get("span") if self.is_valid() else None


def _problem(span: Span, today: dt.date) -> str:
    if span.last < span.first:
        return gettext("The last day comes before the first.")
    if span.first < EARLIEST:
        return gettext("There are no calls before 2020.")
    if span.last > today + dt.timedelta(days=366):
        return gettext("This day is too far ahead.")
    if span.days > LONGEST_DAYS:
        return gettext("Choose at most %(days)s days.") % {"days": LONGEST_DAYS}
    return ""


class NumberChoice(forms.ChoiceField):
    """One of the numbers; an address may name it in any notation."""

    def to_python(self, value: Any) -> str:
        text = str(value or "")
        e164 = normalise(from_query(without_hidden(text))) if text else text
        return e164 if isinstance(e164, str) else text


class PlaceForm(PeriodForm):
    """Days, and whose calls: a number or a site the member may see."""

    number = NumberChoice(label=_("Number"), required=False, widget=QuickSelect)
    site = forms.ChoiceField(label=_("Site"), required=False, widget=QuickSelect)

    def __init__(self, data: Any, *, places: Sequence[Place], **options: Any) -> None:
        super().__init__(data, **options)
        sites = {place.site_slug: place.site_name for place in places}
        by_name = sorted(sites.items(), key=lambda site: site[1])
        self._choices("number", _("All numbers"), _number_choices(places))
        self._choices("site", _("All sites"), by_name)

    def _choices(self, name: str, everything: Any, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = ReadyChoices([("", everything), *choices])


def _number_choices(places: Sequence[Place]) -> list[tuple[str, str]]:
    """One entry a number, even where it was released and came back."""
    shown = {place.e164: place.label for place in places}
    return [(e164, f"{display(e164)} {label}".strip()) for e164, label in shown.items()]


class CallForm(PlaceForm):
    """Everything the list of calls can be narrowed by."""

    q = forms.CharField(
        label=_("Called number or caller, in any notation"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "inputmode": "tel"}),
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        widget=QuickSelect,
        choices=[("", _("All")), *Outcome.choices],
    )
    treatment = forms.ChoiceField(
        label=_("Treatment"),
        required=False,
        widget=QuickSelect,
        choices=[("", _("All")), *Treatment.choices],
    )
    order = forms.ChoiceField(
        label=_("Order"),
        required=False,
        widget=QuickSelect,
        choices=[("", _("Newest first")), ("oldest", _("Oldest first"))],
    )

    def clean_q(self) -> str:
        """Return the beginning of the number, E.164, or nothing."""
        text = self.cleaned_data["q"]
        start = read_start(text) if text else ""
        if start is None:
            raise forms.ValidationError(
                _("This is not a telephone number. Write it as 02 550 12 00.")
            )
        return start
