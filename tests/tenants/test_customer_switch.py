"""Working for one of several customers."""

import pytest
from django.urls import reverse

from tenants.models import Member

URL = "/customers/switch/"


@pytest.fixture
def both(viewer, globex) -> Member:
    """The viewer of Acme is an editor of Globex as well."""
    return Member.objects.create(
        tenant=globex, user=viewer.user, role=Member.Role.EDITOR
    )


def acting(client):
    return client.get("/account/sessions/").wsgi_request.member


def test_a_person_of_two_customers_switches(client, viewer, both):
    client.force_login(viewer.user)
    assert acting(client) == viewer
    assert client.post(URL, {"customer": both.tenant_id}).url == "/"
    assert acting(client) == both


@pytest.mark.parametrize("wanted", ["", "abc", "0", "999999999999999999999"])
def test_nothing_else_can_be_chosen(client, viewer, globex, wanted):
    client.force_login(viewer.user)
    for value in (wanted, str(globex.pk)):
        assert client.post(URL, {"customer": value}).status_code == 404
    assert acting(client) == viewer


def test_a_lost_membership_falls_back_to_the_other(client, viewer, both):
    client.force_login(viewer.user)
    client.post(URL, {"customer": both.tenant_id})
    Member.objects.filter(pk=both.pk).update(is_active=False)
    assert acting(client) == viewer


def test_an_inactive_customer_is_left_out(client, viewer, acme):
    acme.is_active = False
    acme.save()
    client.force_login(viewer.user)
    assert acting(client) is None


def test_it_takes_a_post_and_a_person(client):
    assert client.get(URL).status_code == 405
    assert client.post(URL).url.startswith(reverse("account_login"))
