"""Somebody saves the same first: the form stands there again, and says so."""

import time
from functools import partial
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib import admin
from django.db import connection, transaction

from contracts.models import Contract
from numbers.models import Site
from tenants.models import AuditEvent, Tenant, User
from tests.support import sent_forms
from tests.support.races import while_waiting
from tests.support.roles import acting_as
from vms_portal.kernel.admin.refusals import ShowsRefusals

pytestmark = pytest.mark.django_db(transaction=True)

REASON = {"confirmed": "on", "reason": "Asked"}
TAKEN = "Somebody else saved the same first. Nothing was saved."


@pytest.fixture
def office(staff_client, staff):
    """Staff who signed in a moment ago."""
    staff_client.force_login(staff)
    session = staff_client.session
    typed = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [typed]
    session.save()
    return staff_client


def new_person(acme):
    form = {"email": "fien@operator.example", "language": "en", "is_active": "on"}
    make = partial(User.objects.create_user, form["email"])
    return "/tenants/user/add/", form, make


def other_address(acme):
    person = User.objects.create_user("fien@operator.example", name="Fien")
    form = {"email": "fien.d@operator.example", **REASON}
    make = partial(User.objects.create_user, form["email"])
    return f"/tenants/user/{person.pk}/change/", form, make


def new_customer(acme):
    form = {
        "reference": "fletcher",
        "name": "Fletcher",
        "street": "Rue Haute 1",
        "postal_code": "1000",
        "city": "Brussels",
        "country": "BE",
        "billing_email": "bills@fletcher.example",
    }
    make = partial(Tenant.objects.create, name="Fletcher", reference="fletcher")
    return "/tenants/tenant/add/", form, make


def new_site(acme):
    form = {"tenant": acme.pk, "name": "Depot", "slug": "depot"}
    make = partial(Site.objects.create, tenant=acme, name="Depot", slug="depot")
    return "/numbers/site/add/", form, make


def new_contract(acme):
    form = {"tenant": acme.pk, "reference": "C-NEW", "subscribed_on": "2026-10-01"}
    make = partial(
        Contract.objects.create,
        tenant=acme,
        reference="C-NEW",
        subscribed_on="2026-10-01",
    )
    return "/contracts/contract/add/", form, make


def other_reference(acme):
    address, form, make = new_contract(acme)
    contract = Contract.objects.create(
        tenant=acme, reference="C-OLD", subscribed_on="2026-10-01"
    )
    form = {**form, "state": "draft"}
    return f"/contracts/contract/{contract.pk}/change/", form, make


WAYS = [
    new_person,
    other_address,
    new_customer,
    new_site,
    new_contract,
    other_reference,
]


def send(office, address: str, form: dict[str, Any]) -> Any:
    name = address.split("/")[2]
    typed = sent_forms.fields_of(office.get(address).text, f"{name}_form")
    return partial(office.post, address, {**typed, **form})


def as_staff(make) -> None:
    with acting_as("vms_staff", scope="system"):
        make()


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_second_sees_the_form_and_why(office, acme, way):
    address, form, make = way(acme)
    before = AuditEvent.objects.count()
    post = send(office, address, form)
    answer = while_waiting(partial(as_staff, make), lambda: None, post)
    assert answer.status_code == 200
    bound = answer.context["adminform"].form
    assert "already" in str(bound.errors) or TAKEN in str(bound.errors)
    # What was typed stands there, and nothing is told or kept of what was undone.
    typed = next(iter(key for key in form if key in bound.fields))
    assert bound[typed].value() == str(form[typed])
    assert not list(answer.context["messages"])
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_alone_saves(office, acme, way):
    """The control of the forms above."""
    address, form, _make = way(acme)
    assert send(office, address, form)().status_code == 302


def test_what_the_form_cannot_see_is_said_all_the_same(office, acme):
    """A rule of the database that no form knows."""
    as_owner("CREATE UNIQUE INDEX one_name ON tenants_tenant (lower(name))")
    try:
        Tenant.objects.create(name="Fletcher", reference="fletcher")
        address, form, _make = new_customer(acme)
        answer = send(office, address, {**form, "reference": "other"})()
        assert answer.status_code == 200
        assert TAKEN in answer.text
        assert not Tenant.objects.filter(reference="other").exists()
    finally:
        as_owner("DROP INDEX one_name")


def as_owner(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE vms_owner")
        cursor.execute(statement)


def test_every_page_of_the_back_office_shows_refusals(staff_client):
    pages = admin.site._registry.values()
    assert [page for page in pages if not isinstance(page, ShowsRefusals)] == []
