"""Forms of the portal's pages of numbers and sites."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from numbers.models import GeographicNumber, ServiceOption, Site
from numbers.models.geographic_number import NumberQuerySet
from numbers.notation.reading import Misread, normalise
from numbers.selectors import ORDERS, NumberFilter, by_digits
from numbers.services.access import access_of
from tenants.models import Member
from vms_portal.kernel.form_choices import offer, offer_rows
from vms_portal.kernel.formatting import display
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.plain_fields import PlainField
from vms_portal.kernel.text import clean_text, visible_text
from vms_portal.kernel.widgets import QuickSelect

SHOWN_UNKNOWN = 5


class NumberFilterForm(forms.Form):
    """The filters of the list. A value that means nothing is left out."""

    q = forms.CharField(
        label=_("Number, label or site"),
        required=False,
        max_length=200,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    site = forms.ChoiceField(label=_("Site"), required=False, widget=QuickSelect)
    option = forms.ChoiceField(
        label=_("Option today"),
        required=False,
        widget=QuickSelect,
        choices=[("", _("Any option")), *ServiceOption.choices],
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        widget=QuickSelect,
        choices=[
            ("", _("All but ended")),
            ("active", _("In service")),
            ("waiting", _("Waiting for the contract")),
            ("suspended", _("Suspended")),
            ("later", _("Starts later")),
            ("ended", _("Ended")),
            ("all", _("All")),
        ],
    )
    sort = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[(f"{sign}{name}", name) for name in ORDERS for sign in ("", "-")],
    )

    def __init__(self, *args: Any, member: Member | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = Site.objects.visible_to(member).values_list("slug", "name")
        choices = [("", _("All sites")), *sites.order_by("name", "slug")]
        offer(self, "site", choices)

    def wanted(self) -> NumberFilter:
        """Return the filter as far as it is valid."""
        self.is_valid()
        values = self.cleaned_data
        return NumberFilter(
            text=values.get("q", ""),
            site=values.get("site", ""),
            option=values.get("option", ""),
            state=values.get("state") or "current",
            order=values.get("sort") or "number",
        )

    @property
    def is_narrowed(self) -> bool:
        self.is_valid()
        return any(value for name, value in self.cleaned_data.items() if name != "sort")


class LabelForm(forms.ModelForm):
    class Meta:
        model = GeographicNumber
        fields = ["label"]
        field_classes = {"label": PlainField}
        help_texts = {"label": _("What your team calls it: reception, sales.")}


class SiteAddressForm(forms.ModelForm):
    class Meta:
        model = Site
        fields = ["name", "street", "postal_code", "city"]
        field_classes = dict.fromkeys(fields, PlainField)

    def clean_name(self) -> str:
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("A site needs a name that can be seen."))
        return name


class AccessForm(forms.Form):
    """All numbers, or chosen sites and numbers. Numbers in any notation."""

    sees_all = forms.TypedChoiceField(
        label=_("This person sees"),
        widget=forms.RadioSelect,
        choices=[("yes", _("All numbers")), ("no", _("Only the following"))],
        coerce=lambda value: value == "yes",
    )
    sites = forms.ModelMultipleChoiceField(
        label=_("Sites"),
        required=False,
        queryset=Site.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="slug",
        help_text=_("With all numbers of the site, those to come too."),
    )
    numbers = forms.CharField(
        label=_("Numbers"),
        required=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One per line, in any notation."),
    )
    expected = forms.CharField(max_length=16, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, by: Member, granted: Collection[int] = (), **kwargs: Any
    ) -> None:
        """``granted`` are the numbers that were chosen before, by their keys."""
        super().__init__(*args, **kwargs)
        self.by, self.granted = by, granted
        offer_rows(self, "sites", Site.objects.visible_to(by))

    def clean_numbers(self) -> list[GeographicNumber]:
        """Return the numbers that are meant, or name what is none of them.

        Digits mean the number that has them today. One that ended before it, and that
        the person was shown, stays shown unless nothing is chosen: no line is its own.
        """
        written = self.cleaned_data["numbers"].splitlines()
        lines = [line for line in written if line.strip()]
        wanted = {line: normalise(line) for line in lines}
        mine = GeographicNumber.objects.visible_to(self.by)
        texts = [e164 for e164 in wanted.values() if not isinstance(e164, Misread)]
        rows = list(mine.filter(e164__in=texts))
        known = {number.e164 for number in rows}
        unknown = [line[:40] for line, e164 in wanted.items() if e164 not in known]
        if unknown:
            text = _("Not a number of this customer: %(numbers)s.")
            shown = "; ".join(visible_text(line) for line in unknown[:SHOWN_UNKNOWN])
            raise ValidationError(text, params={"numbers": shown})
        chosen = list(by_digits(rows, local_date(timezone.now())).values())
        is_nothing = not chosen and not self.cleaned_data.get("sites")
        return [] if is_nothing else [*chosen, *without_a_line(mine, self.granted)]


def without_a_line(
    mine: NumberQuerySet, granted: Collection[int]
) -> list[GeographicNumber]:
    """Return what was granted and is not what its digits mean today."""
    rows = list(mine.filter(pk__in=granted))
    same = mine.filter(e164__in=[number.e164 for number in rows])
    meant = set(by_digits(same, local_date(timezone.now())).values())
    return [number for number in rows if number not in meant]


def access_initial(member: Member, by: Member) -> dict[str, Any]:
    """Return the present choice in the form's own words."""
    sites, numbers = access_of(member)
    mine = GeographicNumber.objects.visible_to(by)
    left_out = [number.pk for number in without_a_line(mine, numbers)]
    shown = mine.filter(pk__in=numbers).exclude(pk__in=left_out)
    lines = [display(number.e164) for number in shown.order_by("e164")]
    slugs = Site.objects.visible_to(by).filter(pk__in=sites)
    return {
        "sees_all": "yes" if member.sees_all_numbers else "no",
        "sites": list(slugs.values_list("slug", flat=True)),
        "numbers": "\n".join(lines),
    }
