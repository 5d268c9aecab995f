"""A page of the back office that was open too long undoes nothing."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import override_settings

from numbers.admin.policies import DestinationPolicyAdmin
from numbers.models import Line, Site
from tenants.models import AuditEvent, Tenant, User
from tests.support import sent_forms
from tests.support.clients import ProcessClient
from tests.support.races import at_once
from vms_portal.kernel.admin.made_from import KnowsItsOrigin

PASSWORD = "tulips in the rain"
FIRST = "Somebody else changed this record first. Nothing was saved."


def fields_of(client, address: str) -> dict[str, list[str]]:
    kind = address.split("/")[2]
    return sent_forms.fields_of(client.get(address).text, f"{kind}_form")


def send(client, address: str, fields: dict[str, list[str]], **changes: Any):
    """Send the form, answer its question, and show who is there."""
    answered = {"confirmed": "True", "reason": "Asked"}
    answer = client.post(address, {**fields, **changes, **answered})
    if "reauthenticate" in answer.headers.get("Location", ""):
        answer = client.post(answer["Location"], {"password": PASSWORD})
    return answer


def person(clerk) -> tuple[str, dict[str, str], User]:
    fred = clerk("finance")
    return f"/tenants/user/{fred.pk}/change/", {"name": "Fred"}, fred


def test_a_group_that_a_colleague_took_away_stays_away(office, clerk):
    address, change, fred = person(clerk)
    fields = fields_of(office, address)
    fred.groups.clear()
    assert FIRST in office.get(send(office, address, fields, **change)["Location"]).text
    fred.refresh_from_db()
    assert (list(fred.groups.all()), fred.name) == ([], "")
    # The control: from a new page the name alone is saved.
    send(office, address, fields_of(office, address), **change)
    fred.refresh_from_db()
    assert (list(fred.groups.all()), fred.name) == ([], "Fred")


def test_a_group_that_is_still_there_is_kept(office, clerk):
    address, change, fred = person(clerk)
    send(office, address, fields_of(office, address), **change)
    fred.refresh_from_db()
    assert fred.name == "Fred"
    assert list(fred.groups.all()) == [Group.objects.get(name="finance")]


@pytest.mark.parametrize(
    "ended", [{"is_active": False}, {"is_staff": False}, {"email": "new@x.example"}]
)
def test_a_person_who_was_restricted_is_not_let_in_by_an_older_page(
    office, clerk, ended
):
    address, change, fred = person(clerk)
    fields = fields_of(office, address)
    User.objects.filter(pk=fred.pk).update(**ended)
    send(office, address, fields, **change)
    assert User.objects.filter(pk=fred.pk, name="", **ended).exists()


def test_a_customer_made_inactive_stays_so_when_an_older_page_is_saved(office, acme):
    address = f"/tenants/tenant/{acme.pk}/change/"
    fields = fields_of(office, address)
    Tenant.objects.update(is_active=False)
    answer = send(office, address, fields, city="Liège")
    assert FIRST in office.get(answer["Location"]).text
    assert Tenant.objects.filter(is_active=False, city="").exists()
    assert not AuditEvent.objects.filter(action="staff.changed").exists()
    # The control: who sees that it is inactive lets it in again.
    fields = fields_of(office, address)
    send(office, address, fields, city="Liège", is_active="on", street="Rue 1")
    assert Tenant.objects.get().is_active


def test_the_question_before_saving_knows_its_page_too(office, clerk):
    address, _change, fred = person(clerk)
    fields = fields_of(office, address)
    fields.pop("is_active")
    asked = office.post(address, fields)
    assert 'name="made_from"' in asked.text
    User.objects.filter(pk=fred.pk).update(name="Frederik")
    send(office, address, fields)
    assert User.objects.get(pk=fred.pk).is_active


def test_a_line_that_was_removed_does_not_come_back(office, site):
    """The rows of a page count as its fields do."""
    address = f"/numbers/site/{site.pk}/change/"
    fields = fields_of(office, address)
    Line.objects.update(channels=7)
    send(office, address, fields, city="Gent")
    assert Line.objects.get().channels == 7
    assert Site.objects.get().city == ""
    send(office, address, fields_of(office, address), city="Gent")
    assert Site.objects.get().city == "Gent"


@pytest.mark.django_db(transaction=True)
def test_of_two_that_save_one_page_at_once_the_second_reads_so(acting_as, staff, acme):
    browsers = [ProcessClient("backoffice", acting_as) for _ in range(2)]
    address = f"/tenants/tenant/{acme.pk}/change/"
    names = ["One SA", "Two SA"]
    with override_settings(PROCESS="backoffice", ROOT_URLCONF=browsers[0].urlconf):
        for one in browsers:
            one.force_login(staff)
        fields = [fields_of(one, address) for one in browsers]
        found = at_once(
            *(
                lambda place=place: browsers[place].post(
                    address, {**fields[place], "name": names[place]}
                )["Location"]
                for place in range(2)
            )
        )
    assert sorted(found) == ["/tenants/tenant/", address]
    assert Tenant.objects.get().name == names[found.index("/tenants/tenant/")]


def test_every_page_that_changes_something_knows_what_it_was_made_from():
    blind = [
        type(page).__name__
        for page in admin.site._registry.values()
        if not isinstance(page, KnowsItsOrigin | DestinationPolicyAdmin)
        and type(page).has_change_permission is admin.ModelAdmin.has_change_permission
    ]
    assert blind == []
