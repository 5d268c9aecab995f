"""The Voice Continuity switches, on the number's page and on the phone's."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from routing import refusals
from routing.forms.fields import UNTIL, DestinationMixin, UntilMixin
from routing.models import Redirection
from routing.services.destinations import ForbiddenDestination, read_destination
from routing.words.destinations import destination_choices, words
from vms_portal.kernel.form_choices import offer

AFTER = range(5, 61, 5)


class RedirectionForm(DestinationMixin, UntilMixin):
    """Where one kind of redirection leads, its backup and how long it holds."""

    backup_to = forms.ChoiceField(
        label=gettext_lazy("If nobody answers there"), required=False
    )
    backup_other = forms.CharField(
        label=gettext_lazy("Or to another number then"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    after_s = forms.TypedChoiceField(
        label=gettext_lazy("After ringing for"), coerce=int, required=False
    )
    field_order = ["to", "other", "backup_to", "backup_other", "after_s", "until"]

    def __init__(
        self,
        *args: Any,
        redirection: Redirection,
        may_send_to: Callable[[str], bool],
        **kwargs: Any,
    ) -> None:
        self.redirection = redirection
        prepared = filter(may_send_to, [redirection.destination])
        kwargs["destinations"] = [*prepared, *kwargs["destinations"]]
        super().__init__(*args, prefix=redirection.kind, **kwargs)
        self.kept_backup = ""
        if redirection.backup and not may_send_to(redirection.backup):
            self.kept_backup = redirection.backup
        self._offer_backups(redirection, kwargs["destinations"])
        # What was prepared is offered first; only what holds now is chosen already.
        if redirection.is_in_force(timezone.now()):
            self.fields["to"].initial = redirection.destination
            self.fields["until"].initial = "own" if redirection.until else "stop"
            self.fields["until_at"].initial = redirection.until
        if redirection.kind == Redirection.Kind.CFNR:
            seconds = sorted({*AFTER, redirection.after_s})
            choices = [(n, _("%(n)s seconds") % {"n": n}) for n in seconds]
            offer(self, "after_s", choices).initial = redirection.after_s
        else:
            del self.fields["after_s"]

    def _offer_backups(self, redirection: Redirection, destinations: list[str]) -> None:
        """Offer the prepared one first, also where calls do not go any more."""
        prepared = [] if self.kept_backup else [redirection.backup]
        offered = destination_choices([*prepared, *destinations], self.names)
        if self.kept_backup:
            values = {"destination": words(self.kept_backup, self.names)}
            closed = _("%(destination)s (calls do not go there any more)") % values
            offered.insert(0, (self.kept_backup, closed))
        backup = offer(self, "backup_to", [("", _("nowhere else")), *offered])
        backup.initial = redirection.backup

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        other = data.get("backup_other")
        written = other or data.get("backup_to") or ""
        data["backup"] = ""
        if written and written == self.kept_backup:
            data["backup"] = None  # as it is prepared, for when calls may go there
        elif written:
            try:
                data["backup"] = read_destination(written, tenant=self.tenant)
            except ForbiddenDestination as refused:
                self.add_error(
                    "backup_other" if other else "backup_to", refusals.sentence(refused)
                )
        return data


class PhoneForm(DestinationMixin, UntilMixin):
    """What the big switch of the phone page needs: where to, and how long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["until_at"]
        choices = [choice for choice in UNTIL if choice[0] != "own"]
        until = offer(self, "until", choices)
        until.widget = forms.Select(choices=choices)
