"""The form on which staff decide about a quarantined record."""

from typing import Any

from django import forms
from django.contrib.admin.utils import label_for_field
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from traffic.ingest import schema
from traffic.ingest.record import LINE, LONGEST_TEXT, said
from traffic.models import CallRecord, QuarantinedRecord
from traffic.services import quarantine
from vms_portal.kernel.plain_fields import PlainField, WrittenJsonField
from vms_portal.kernel.widgets import UnlabelledInput


class Decision:
    CORRECT, RELEASE, DISMISS = "correct", "release", "dismiss"


DECISIONS = [
    (Decision.CORRECT, _("Save the fields, decide later")),
    (Decision.RELEASE, _("Count the call with these fields")),
    (Decision.DISMISS, _("Dismiss the record: it never counts")),
]


def label_of(name: str) -> str:
    """What a delivered field is called; of a torn line, the line."""
    if name == LINE:
        return gettext("Line of the file")
    return capfirst(str(label_for_field(name, CallRecord)))


class QuarantineForm(forms.ModelForm):
    """The delivered fields as text, what to do with them, and why.

    ``seen`` carries the content as it was shown, so that two people do not
    overwrite each other.
    """

    decision = forms.ChoiceField(label=_("Decision"), choices=DECISIONS)
    why = PlainField(
        label=_("Reason"),
        max_length=quarantine.LONGEST_NOTE,
        required=False,
        help_text=_("Kept in the audit; needed to dismiss."),
    )
    seen = WrittenJsonField(widget=UnlabelledInput, required=False)

    class Meta:
        model = QuarantinedRecord
        fields: list[str] = []

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["seen"] = self.instance.content or {}
        content = said(self.instance.content or {})
        for name in schema.CALL.names:
            is_long = name in schema.CALL.json
            widget = forms.Textarea({"rows": 4}) if is_long else None
            self.fields[name] = forms.CharField(
                label=label_of(name),
                required=False,
                max_length=LONGEST_TEXT,
                initial=content.get(name, ""),
                widget=widget,
                strip=False,
                help_text=format_html("<code>{}</code>", name),
            )

    @property
    def content(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in schema.CALL.names}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        if values["decision"] == Decision.DISMISS:
            if not values["why"].strip():
                self.add_error("why", gettext("Say why the record never counts."))
        elif not isinstance(values["seen"], dict):
            self.add_error("decision", gettext("Open the record once more."))
        elif values["decision"] == Decision.RELEASE:
            self._check()
        return values

    def _check(self) -> None:
        filled = {name: text for name, text in self.content.items() if text}
        try:
            quarantine.check(filled, timezone.now())
        except quarantine.StillRefused as error:
            label = QuarantinedRecord.Reason(error.reason).label
            message = gettext("The call cannot be counted like this: %(reason)s.")
            self.add_error("decision", message % {"reason": label})
