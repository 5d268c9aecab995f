"""What people type is one line they can see, in every form of every process."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core import mail
from django.db import models
from django.test import RequestFactory
from django.utils.module_loading import import_string

from tenants.models import Tenant, User
from vms_portal.kernel.mail.delivery import tell
from vms_portal.kernel.plain_fields import PlainField
from vms_portal.kernel.text import clean_text, is_hidden

HIDDEN = "Ann\u202e\u200b\u3164\u2800\ufe0f\r\nBee"
OWN_SHAPE = (
    forms.EmailField,
    forms.SlugField,
    forms.URLField,
    forms.JSONField,
    forms.RegexField,
    forms.UUIDField,
    forms.GenericIPAddressField,
    SimpleArrayField,
)
# Read by something stricter than a cleaner: numbers, hours, codes, secrets.
READ_OTHERWISE = {
    "e164",
    "international",
    "code",
    "expected",
    "q",
    "numbers",
    "begins",
    "other",
    "backup_other",
    "caller",
    "number",
}


def staff_forms() -> Iterator[tuple[str, type[forms.BaseForm]]]:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True, is_staff=True)
    for model_admin in admin.site._registry.values():
        yield str(model_admin), model_admin.get_form(request)
        for inline in model_admin.get_inline_instances(request):
            yield str(inline), inline.get_formset(request).form


def portal_forms() -> Iterator[tuple[str, type[forms.BaseForm]]]:
    # allauth loads these when somebody asks for them.
    for path in [*settings.ACCOUNT_FORMS.values(), *settings.MFA_FORMS.values()]:
        import_string(path)
    ours = ("tenants", "contracts", "numbers", "routing", "traffic", "billing")
    waiting = list(forms.BaseForm.__subclasses__())
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        is_ours = form.__module__.startswith(ours) and ".admin" not in form.__module__
        if is_ours and hasattr(form, "base_fields"):
            yield f"{form.__module__}.{form.__name__}", form


def texts(form: Any) -> Iterator[tuple[str, forms.CharField]]:
    for name, field in form.base_fields.items():
        is_secret = isinstance(field.widget, forms.PasswordInput)
        is_text = isinstance(field, forms.CharField) and not is_secret
        if is_text and not isinstance(field, OWN_SHAPE) and name not in READ_OTHERWISE:
            yield name, field


def dirty(found) -> list[str]:
    """Return the fields that let a hidden character through."""
    left = []
    for told, form in found:
        for name, shared in texts(form):
            # A copy: the form's own field serves every test after this one.
            field = copy.deepcopy(shared)
            field.validators, field.max_length = [], None
            value = field.clean(HIDDEN)
            if any(is_hidden(c) for c in value.replace("\n", "")) or (
                "\n" in value and not isinstance(field.widget, forms.Textarea)
            ):
                left.append(f"{told}: {name}")
    return left


@pytest.mark.django_db
def test_every_text_of_the_back_office_is_cleaned():
    found = list(staff_forms())
    assert sum(len(list(texts(form))) for _told, form in found) > 20
    assert dirty(found) == []


def test_every_text_of_the_portal_is_cleaned():
    import tenants.forms.team  # noqa: F401

    assert dirty(portal_forms()) == []


def test_a_field_that_cleans_nothing_is_noticed():
    """The control."""

    class Careless(forms.Form):
        name = forms.CharField()

    assert dirty([("careless", Careless)]) == ["careless: name"]


@pytest.mark.parametrize("blank", ["\u3164", "\u2800 \u115f", "\ufe0f", "\u200b\u00a0"])
def test_a_name_of_nothing_anybody_sees_is_none(blank):
    assert clean_text(blank) == ""
    assert clean_text(f"Acme{blank}") == "Acme"


def test_one_name_is_written_in_one_way_whatever_stood_between():
    assert clean_text("Rene\u200d\u0301") == "Ren\u00e9"
    assert clean_text("Ann \u200b Bee") == "Ann Bee"


def test_a_name_never_ends_a_subject():
    tell("a@example.org", "From Evil\r\nBcc: all@example.org", "text")
    assert mail.outbox[0].subject == "From Evil Bcc: all@example.org"


@pytest.mark.parametrize("nothing", ["\u2800", "\u3164 \u200b\uffa0", "\ufe0f"])
def test_fillers_alone_are_no_text(nothing):
    with pytest.raises(forms.ValidationError):
        PlainField().clean(nothing)
    assert clean_text(nothing) == ""


def test_staff_cannot_give_a_customer_a_name_nobody_sees(staff_client, staff, acme):
    staff_client.force_login(staff)
    page = staff_client.get(f"/tenants/tenant/{acme.pk}/change/")
    values = {
        name: "" if value is None else value
        for name, value in page.context["adminform"].form.initial.items()
        if not isinstance(value, models.Model)
    }
    values |= {"name": "Acme\u202e\r\nBcc: x"}
    staff_client.post(f"/tenants/tenant/{acme.pk}/change/", values)
    assert Tenant.objects.get(pk=acme.pk).name in {"AcmeBcc: x", "Acme Bcc: x"}


def test_a_subject_keeps_its_own_spaces_and_no_line_of_its_own():
    told = "Acme\u00a0: 2\u202f185,62\u00a0€\u2028Bcc: x\u202e\r\n"
    tell("a@example.org", told, "text")
    assert mail.outbox[0].subject == "Acme\u00a0: 2\u202f185,62\u00a0€ Bcc: x"
