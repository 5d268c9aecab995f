"""Fields that several routing forms share."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from routing import refusals
from routing.plan.display_names import Names
from routing.services.destinations import ForbiddenDestination, read_destination
from routing.services.forwarding import LONGEST
from routing.words.destinations import destination_choices
from tenants.models import Tenant
from vms_portal.kernel.form_choices import offer
from vms_portal.kernel.local_time import local_date, midnight

DAY = dt.timedelta(days=1)
UNTIL = [
    ("1h", gettext_lazy("for 1 hour")),
    ("4h", gettext_lazy("for 4 hours")),
    ("day", gettext_lazy("until the end of the day")),
    ("stop", gettext_lazy("until I stop it")),
    ("own", gettext_lazy("until the time below")),
]
CHECK_YEAR = gettext_lazy("Check the year.")
DURATIONS = {"1h": dt.timedelta(hours=1), "4h": dt.timedelta(hours=4)}


class LocalMomentField(forms.DateTimeField):
    """A day and time of Brussels, as the browser's own control writes it."""

    default_validators = [
        MinValueValidator(dt.datetime(1900, 1, 1, tzinfo=dt.UTC), CHECK_YEAR),
        MaxValueValidator(dt.datetime(2999, 12, 31, tzinfo=dt.UTC), CHECK_YEAR),
    ]
    default_error_messages = {
        "ambiguous_timezone": gettext_lazy(
            "The clocks change in that hour: it comes twice, or not at all. Choose a "
            "time before 2:00 or from 3:00."
        )
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
        super().__init__(**{"widget": widget, **kwargs})
        self.input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]

    def to_python(self, value: Any) -> dt.datetime | None:
        """Return the instant; its hour must come once on that day."""
        try:
            moment: dt.datetime | None = super().to_python(value)
        except forms.ValidationError as error:
            words = self.error_messages.get(error.code or "", error)
            raise forms.ValidationError(words, error.code) from None
        return moment


class UntilMixin(forms.Form):
    """How long something temporary lasts; ``end(now)`` is the instant, or None."""

    until = forms.ChoiceField(
        label=gettext_lazy("How long"),
        choices=UNTIL,
        initial="4h",
        widget=forms.RadioSelect,
    )
    until_at = LocalMomentField(
        label=gettext_lazy("Day and time"),
        required=False,
        help_text=gettext_lazy("Belgian time; only for “until the time below”."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("until") == "own" and "until_at" not in self.errors:
            moment = data.get("until_at")
            if moment is None:
                self.add_error("until_at", _("Say until when, or choose a duration."))
            elif moment <= timezone.now():
                self.add_error("until_at", _("Choose a moment that is still to come."))
            elif moment > timezone.now() + LONGEST:
                self.add_error("until_at", refusals.too_long())
        return data

    def end(self, now: dt.datetime) -> dt.datetime | None:
        """Return when it ends; None means until somebody stops it."""
        chosen = self.cleaned_data["until"]
        if chosen == "own":
            moment: dt.datetime = self.cleaned_data["until_at"]
            return moment
        if chosen == "day":
            return midnight(local_date(now) + DAY)
        duration = DURATIONS.get(chosen)
        return now + duration if duration else None


class DestinationMixin(forms.Form):
    """A prepared destination, or another number; ``cleaned_data["destination"]``."""

    to = forms.ChoiceField(
        label=gettext_lazy("Send calls to"),
        error_messages={"required": gettext_lazy("Say where the calls go.")},
    )
    other = forms.CharField(
        label=gettext_lazy("Or to another number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("For example 0475 12 34 56. It overrides the list."),
    )

    def __init__(
        self,
        *args: Any,
        tenant: Tenant,
        destinations: Iterable[str],
        names: Names,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.tenant, self.names = tenant, names
        offered = destination_choices(destinations, names)
        # Nothing is chosen beforehand: one careless press would send calls there.
        field = offer(self, "to", [("", _("Choose a destination")), *offered])
        if not offered:
            field.required = False
            field.widget = forms.HiddenInput()

    @property
    def destination_field(self) -> str:
        """The field the destination was taken from, for errors about it."""
        is_chosen = self.cleaned_data.get("to") and not self.cleaned_data.get("other")
        return "to" if is_chosen else "other"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        written = data.get("other") or data.get("to") or ""
        if data.get("other"):
            self.errors.pop("to", None)
        if "to" in self.errors or "other" in self.errors:
            return data
        if not written:
            self.add_error("other", _("Say where the calls go."))
            return data
        try:
            data["destination"] = read_destination(written, tenant=self.tenant)
        except ForbiddenDestination as refused:
            self.add_error(self.destination_field, refusals.sentence(refused))
        return data
