"""Pressing 1 to take a call: how a destination is asked for it, shown and compared."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from routing.engine.fields import (
    CONFIRM_SECONDS,
    DEFAULT_CONFIRM_SECONDS,
    confirm_seconds,
)
from routing.steps.base import Difference
from routing.steps.form import Json, PlaceForm


class ConfirmingForm(PlaceForm):
    """A step with destinations at which who answers may have to press 1."""

    def add_confirm(self, suffix: str, sending: Mapping[str, Any]) -> None:
        self.fields[f"confirm{suffix}"] = forms.BooleanField(
            label=_("Who answers presses 1 to take the call"),
            required=False,
            initial=confirm_seconds(sending) is not None,
            help_text=_("So that the voicemail of a mobile does not take it."),
        )
        self.fields[f"confirm_s{suffix}"] = forms.IntegerField(
            label=_("Time to press 1 (seconds)"),
            required=False,
            min_value=CONFIRM_SECONDS[0],
            max_value=CONFIRM_SECONDS[-1],
            initial=sending.get("confirm_s", DEFAULT_CONFIRM_SECONDS),
        )

    def read_confirm(self, suffix: str) -> Json:
        """Return what the step says of it as entered; None takes a field away."""
        if not self.cleaned_data.get(f"confirm{suffix}"):
            return {"confirm": None, "confirm_s": None}
        seconds = self.cleaned_data.get(f"confirm_s{suffix}")
        return {"confirm": True, "confirm_s": seconds or DEFAULT_CONFIRM_SECONDS}


def shown(place: str, confirm_s: int | None) -> str:
    """Return a destination for reading, with what who answers there has to do."""
    return place if confirm_s is None else _("%(place)s (press 1)") % {"place": place}


def differences(
    before: int | None, after: int | None, place: str
) -> Iterator[Difference]:
    """Tell whether who answers has to press 1 now, and did not, or longer, before."""
    values = {"place": place, "seconds": after}
    if before != after and after is not None:
        text = _(
            "Step “%(step)s”: who answers at %(place)s presses 1 within %(seconds)s "
            "seconds to take the call."
        )
        yield "changed", text, values
    elif before != after:
        text = _("Step “%(step)s”: who answers at %(place)s has the call at once.")
        yield "changed", text, values
