"""The form that tries a call: who calls, when, and what each place does."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.notation.misreading import explain
from numbers.notation.reading import Misread, normalise
from routing.engine.causes import UNCONFIRMED
from routing.engine.steps.menu import KEYS
from routing.forms import moments
from routing.forms.fields import LocalMomentField
from routing.plan.draft import Draft
from routing.steps import UNKNOWN, page_of
from routing.words import sentences
from routing.words.destinations import capital, words
from routing.words.steps import title
from vms_portal.kernel.widgets import QuickSelect

ATTEMPTS = ("answered", "busy", "no_answer", "unreachable", "failed", "abandoned")
# Of a place where who answers has to press 1, in one step of the plan at least.
CONFIRMED = (ATTEMPTS[0], UNCONFIRMED, *ATTEMPTS[1:])
MOST_ASKED = 40


class SimulateForm(forms.Form):
    """``outcomes`` says what each destination, menu and queue of the plan does."""

    caller = forms.CharField(
        label=gettext_lazy("Caller"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("Leave empty for a withheld number."),
    )
    moment = forms.ChoiceField(
        label=gettext_lazy("When"),
        required=False,
        widget=QuickSelect,
        choices=[
            ("", gettext_lazy("Now")),
            (moments.WORKING_DAY, gettext_lazy("Next working day, 10:00")),
            (moments.TONIGHT, gettext_lazy("Tonight, 20:00")),
            (moments.HOLIDAY, gettext_lazy("Next public holiday, 10:00")),
        ],
    )
    at = LocalMomentField(
        label=gettext_lazy("Or at this moment"),
        required=False,
        help_text=gettext_lazy("Belgian time; it overrides the choice."),
    )

    def __init__(
        self,
        *args: Any,
        draft: Draft,
        places: list[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        self.keys: dict[str, str] = {}
        questions = asked(draft, places)
        for n, (key, label, endings) in enumerate(questions):
            name = f"outcome-{n}"
            self.keys[name] = key
            self.fields[name] = forms.ChoiceField(
                label=label,
                required=False,
                widget=QuickSelect,
                choices=[
                    ("", _("as usual")),
                    *((w, outcome_label(w)) for w in endings),
                ],
            )

    @property
    def outcome_fields(self) -> list[Any]:
        return [self[name] for name in self.keys]

    def clean_caller(self) -> str | None:
        """Return E.164, or None for a caller who withholds the number."""
        written = self.cleaned_data["caller"]
        if not written.strip():
            return None
        e164 = normalise(written)
        if isinstance(e164, Misread):
            if e164.code == "hidden_character":
                raise forms.ValidationError(explain(e164.code))
            raise forms.ValidationError(
                _("Write a number such as 0475 12 34 56, or leave it empty.")
            )
        return e164

    def instant(self, now: dt.datetime) -> dt.datetime:
        """The moment that was written, else the one that was chosen, else now."""
        name, written = self.cleaned_data["moment"], self.cleaned_data["at"]
        chosen = moments.moment(name, now) if name else now
        return written or chosen

    @property
    def outcomes(self) -> dict[str, str]:
        given = {key: self.cleaned_data.get(n) for n, key in self.keys.items()}
        return {key: word for key, word in given.items() if word}


def outcome_label(word: str) -> str:
    return UNKNOWN.exit_word(word) if word in KEYS else sentences.outcome_word(word)


def asked(draft: Draft, places: list[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return key, label and possible outcomes of all that can end several ways.

    ``places`` are destinations beside the plan: the own line, an override.
    """
    questions: dict[str, tuple[str, tuple[str, ...]]] = {}
    confirmed = {place for step in draft.steps.values() for place in step.confirmed}
    for step in draft.steps.values():
        if endings := page_of(step.type).endings(step):
            questions[step.name] = (title(step), endings)
        for place in step.destinations:
            endings = CONFIRMED if place in confirmed else ATTEMPTS
            questions.setdefault(place, (capital(step.place(place)), endings))
    for place in filter(None, places):
        questions.setdefault(place, (capital(words(place, draft.names)), ATTEMPTS))
    return [(key, *rest) for key, rest in questions.items()][:MOST_ASKED]
