"""What people type about people. Forms check the form; services the rules."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from tenants.models import Member, Tenant, User
from tenants.models.api_scopes import SCOPES, scopes_of
from vms_portal.kernel.form_choices import offer
from vms_portal.kernel.plain_fields import AddressField, PlainField


class InvitationForm(forms.Form):
    email = AddressField(label=_("E-mail"), max_length=254)
    # Nothing is chosen beforehand: the first of the list is the administrator.
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("Choose a role")), *Member.Role.choices],
        error_messages={"required": _("Choose what this person may do.")},
    )
    sees_all_numbers = forms.BooleanField(
        label=_("May see all numbers"),
        required=False,
        initial=True,
        help_text=_("Otherwise you choose sites and numbers once they have joined."),
    )


class RoleForm(forms.Form):
    """``expected`` is the role the page showed, so that a lost race is noticed."""

    role = forms.ChoiceField(label=_("Role"), choices=Member.Role)
    expected = forms.CharField(widget=forms.HiddenInput)


class AcceptForm(forms.Form):
    """A new person introduces themselves."""

    name = PlainField(label=_("Your name"), max_length=80)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=Tenant.Language)

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        password_validation.validate_password(password, User(email=self.email))
        return password


class ProfileForm(forms.ModelForm):
    name = PlainField(label=_("Name"), max_length=80)

    class Meta:
        model = User
        fields = ["name", "language"]


class TokenForm(forms.Form):
    """Offers the scopes of the member's own role and nothing above."""

    DAYS = [
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("One year")),
    ]
    name = PlainField(
        label=_("Name"), max_length=80, help_text=_("What will use this token.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("May do"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.ChoiceField(label=_("Valid for"), choices=DAYS, initial="90")

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = scopes_of(member)
        choices = [(scope, label) for scope, label in SCOPES.items() if scope in own]
        offer(self, "scopes", choices)

    @property
    def life(self) -> dt.timedelta:
        return dt.timedelta(days=int(self.cleaned_data["days"]))


class DayField(forms.DateField):
    """A day far enough from the ends of the calendar to count on from."""

    widget = forms.DateInput(attrs={"type": "date"})
    default_validators = [
        MinValueValidator(dt.date(1900, 1, 1)),
        MaxValueValidator(dt.date(2999, 12, 31)),
    ]


class AuditFilterForm(forms.Form):
    """The filters of the audit trail, all optional, all in the address."""

    subject = forms.ChoiceField(label=_("Subject"), required=False)
    by = PlainField(label=_("By"), required=False, max_length=200)
    about = PlainField(label=_("About"), required=False, max_length=200)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
