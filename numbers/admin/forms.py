"""Forms of the back office: what sales staff type, checked before a service acts."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from numbers.destinations.policy import GEOGRAPHIC, MOBILE_KIND, OPT_IN, classify
from numbers.models import GeographicNumber, Line, ServiceOption, Site
from numbers.notation.misreading import explain, wrong_length
from numbers.notation.reading import Misread, normalise
from numbers.services.inventory import is_outside, overlapping
from numbers.services.lines import main_line_of, of_others
from numbers.services.policy import NotAllowedAbroad, check_prefix, fingerprint
from vms_portal.kernel.data.open_months import OpenMonthsMixin
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.plain_fields import NO_SLUG, DayField
from vms_portal.kernel.telephony import beginning
from vms_portal.kernel.text import visible_text
from vms_portal.kernel.widgets import UnlabelledInput

OF_ANOTHER = _("This is a number of another customer today.")


def read_number(text: str, kinds: set[str]) -> str:
    """Return a number typed in any notation in E.164, or say what is wrong."""
    e164 = normalise(text)
    if isinstance(e164, Misread):
        raise ValidationError(explain(e164.code))
    if classify(e164) not in kinds:
        if no_number := wrong_length(e164):
            raise ValidationError(explain(no_number))
        raise ValidationError(_("This kind of number cannot be used here."))
    return e164


class SiteForm(forms.ModelForm):
    class Meta:
        model = Site
        fields = ["tenant", "name", "slug", "street", "postal_code", "city"]
        help_texts = {
            "slug": _("Made of the name; plans name the site by it, so it stays.")
        }
        error_messages = {"slug": {"invalid": NO_SLUG}}


def ended_line_words(site: Site) -> str:
    """Say why calls skip a site whose line was a number that ended."""
    text = _(
        "%(line)s was a number of the customer, which ended: plans and diversions "
        "that name the site go their next way, until the line is chosen anew."
    )
    return str(text) % {"line": display(main_line_of(site))}


class EndedLineForm(SiteForm):
    """A site whose line was a number of the customer, which ended: calls skip it."""

    ring_again = forms.BooleanField(label=_("Ring its line again"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ring_again"].help_text = ended_line_words(self.instance)

    def clean_ring_again(self) -> bool:
        is_asked = bool(self.cleaned_data["ring_again"])
        today, tenant = local_date(timezone.now()), self.instance.tenant
        if is_asked and of_others([main_line_of(self.instance)], tenant, today):
            raise ValidationError(OF_ANOTHER)
        return is_asked


class LineForm(forms.ModelForm):
    e164 = forms.CharField(label=_("Number of the line"), max_length=60)

    class Meta:
        model = Line
        fields = ["e164", "channels", "is_main"]

    def clean_e164(self) -> str:
        return read_number(self.cleaned_data["e164"], {GEOGRAPHIC, MOBILE_KIND})


class AddNumberForm(OpenMonthsMixin, forms.ModelForm):
    """A new number with its first option."""

    begins = "activated_on"

    e164 = forms.CharField(label=_("Number"), max_length=60)
    option = forms.ChoiceField(label=_("Option"), choices=ServiceOption.choices)

    class Meta:
        model = GeographicNumber
        fields = ["contract", "site", "e164", "label", "activated_on"]

    def clean_e164(self) -> str:
        return read_number(self.cleaned_data["e164"], {GEOGRAPHIC})

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        data = self.cleaned_data
        contract, site = data.get("contract"), data.get("site")
        if contract and site and contract.tenant_id != site.tenant_id:
            self.add_error("site", _("The site belongs to another customer."))
        first = data.get("activated_on")
        is_told = self.has_error("activated_on")
        if contract and first and not is_told and is_outside(contract, first):
            self.add_error("activated_on", _("The contract is not active on that day."))
        if data.get("e164") and first and overlapping(data["e164"], first):
            self.add_error("e164", _("The number is in service in this period."))
        return values


class NumberForm(OpenMonthsMixin, forms.ModelForm):
    """A number in service: rename it, move it, end it, plan another option."""

    begins, ends = "change_from", "released_on"

    change_to = forms.ChoiceField(
        label=_("Change the option to"),
        required=False,
        choices=[("", "---------"), *ServiceOption.choices],
        help_text=_("Replaces a change that is planned already."),
    )
    change_from = DayField(
        label=_("From"),
        required=False,
        widget=AdminDateWidget(),
        help_text=_("A future date; applies from midnight."),
    )

    class Meta:
        model = GeographicNumber
        fields = ["site", "label", "released_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.released_on is not None and "released_on" in self.fields:
            self.fields["released_on"].disabled = True

    def clean_site(self) -> Site:
        site = self.cleaned_data["site"]
        if site.tenant_id != self.instance.tenant_id:
            raise ValidationError(_("The site belongs to another customer."))
        return site

    def clean_released_on(self) -> dt.date | None:
        last = self.cleaned_data["released_on"]
        if last is not None and last < self.instance.activated_on:
            raise ValidationError(_("The last day lies before the first."))
        return last

    def clean_change_from(self) -> dt.date | None:
        day = self.cleaned_data["change_from"]
        if day is not None and day <= local_date(timezone.now()):
            raise ValidationError(_("Choose a future date."))
        return day

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        data = self.cleaned_data
        day, last = data.get("change_from"), data.get("released_on")
        if bool(data.get("change_to")) != bool(day) and not self.errors:
            self.add_error("change_from", _("Choose both the option and the day."))
        if day and last and day > last:
            self.add_error("change_from", _("The number has ended by then."))
        return values


class PolicyForm(forms.ModelForm):
    opt_in = forms.MultipleChoiceField(
        label=_("Special numbers the customer may call"),
        required=False,
        choices=[(prefix, prefix) for prefix in OPT_IN],
        widget=forms.CheckboxSelectMultiple,
    )
    international = forms.CharField(
        label=_("Prefixes abroad"),
        required=False,
        max_length=400,
        help_text=_("Countries or prefixes, apart by spaces: +33 +352 US CA JE +1876."),
    )
    expected = forms.CharField(label="", required=False, widget=UnlabelledInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["international"] = " ".join(self.instance.international)
            self.initial["expected"] = fingerprint(self.instance)

    def clean_international(self) -> list[str]:
        try:
            written = self.cleaned_data["international"].upper()
            words = written.replace(",", " ").split()
            return [check_prefix(beginning(word) or word) for word in words]
        except NotAllowedAbroad as error:
            text = _("%(prefix)s cannot be approved.")
            raise ValidationError(
                text, params={"prefix": visible_text(str(error))}
            ) from error
