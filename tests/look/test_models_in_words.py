"""What the back office calls a field is said in every language."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.test import RequestFactory
from django.utils import translation
from django.utils.functional import Promise

from tenants.models import User
from vms_portal.kernel.data.constraints import TenantForeignKey

OWN = ("billing", "contracts", "numbers")


@pytest.mark.parametrize("app", OWN)
def test_every_field_that_leads_elsewhere_has_words(app):
    """Without any Django makes them of the English name of the field."""
    bare = [
        str(field)
        for model in apps.get_app_config(app).get_models()
        if not model.__name__.startswith("Historical")
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and not isinstance(field.verbose_name, Promise)
    ]
    assert bare == []


# What no form of a model reaches; services check before, and say why in words.
WITHOUT_A_FORM = {
    "tenants_failedwork_open_once": "a function of the database writes it",
    "numbers_option_ends_after_start": "periods are made by services",
    "numbers_one_option_at_a_time": "periods are made by services",
    "numbers_access_names_one_thing": "written from two lists of choices",
    "routing_one_live_version": "services publish",
    "routing_one_draft": "services save drafts",
    "routing_one_open_override": "services divert",
    "routing_override_ends_after_start": "services divert",
    "routing_redirection_after_5_to_60_s": "its form is of no model",
    "routing_withheld_is_never_allowed": "its form is of no model",
    "traffic_period_is_a_month": "ingest makes months",
    "billing_correction_credits": "services credit",
    "billing_one_invoice_a_month": "the close issues",
    "billing_only_credit_notes_credit": "the close issues",
    "billing_file_of_one_document": "the worker stores files",
    "billing_file_once_per_invoice": "the worker stores files",
}
PROJECT = ("billing", "contracts", "numbers", "routing", "tenants", "traffic")


def speaks_by_its_name(constraint: models.BaseConstraint) -> bool:
    """Would a form say "Constraint ... is violated"?"""
    if isinstance(constraint, TenantForeignKey):
        return False  # checks nothing in Python
    if isinstance(constraint, models.UniqueConstraint) and not constraint.condition:
        return not constraint.fields  # else Django names the fields
    said = constraint.violation_error_message
    return said is models.BaseConstraint.default_violation_error_message


def constraints() -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    return {
        constraint.name: (model, constraint)
        for app in PROJECT
        for model in apps.get_app_config(app).get_models()
        for constraint in model._meta.constraints
    }


def test_what_a_form_refuses_is_refused_in_words():
    """Each constraint has a sentence, or no form that could break it."""
    bare = {name for name, (_, c) in constraints().items() if speaks_by_its_name(c)}
    assert bare == set(WITHOUT_A_FORM)


def test_models_without_a_form_have_none():
    """Neither in the back office nor as a part of another's page there."""
    nobody = RequestFactory().get("/")
    nobody.user = User(is_active=True, is_staff=True, is_superuser=True)
    changed = set()
    for model, page in admin.site._registry.items():
        if page.has_add_permission(nobody) or page.has_change_permission(nobody):
            changed |= {model, *(part.model for part in page.inlines)}
    found = constraints()
    assert not {found[name][0] for name in WITHOUT_A_FORM} & changed


def test_a_form_says_what_is_wrong(acme, contract):
    contract.last_day = contract.activated_on - dt.timedelta(days=1)
    with pytest.raises(ValidationError) as refused, translation.override("en"):
        contract.full_clean()
    assert refused.value.messages == [
        "The last day of a contract is not before its first."
    ]
