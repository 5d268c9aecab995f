"""Working for one of several customers."""

from urllib.parse import urlencode

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


NOWHERE = ["foo", "é", "?q=1", "#x", "[]", "%", "foo.bar", "//evil.example/", "//[", ""]


@pytest.mark.parametrize("way", NOWHERE)
def test_a_way_back_that_is_no_page_of_ours_leads_to_the_first(
    client, viewer, both, way
):
    client.force_login(viewer.user)
    sent = {"customer": both.tenant_id, "next": way}
    assert client.post(URL, sent).url == "/"
    assert acting(client) == both
    # The control: a page of ours is led to.
    back = {"customer": viewer.tenant_id, "next": "/calls/?q=%C3%A9"}
    assert client.post(URL, back).url == "/calls/?q=%C3%A9"


@pytest.mark.parametrize("way", NOWHERE)
def test_no_way_back_breaks_a_page_of_ones_own(client, viewer, way):
    viewer.user.set_password("tulips in the rain")
    viewer.user.save()
    query = urlencode({"next": way})
    secret = {"password": "tulips in the rain"}
    form = {"login": viewer.user.email, **secret}
    for address, sent in [
        ("/account/login/", form),
        ("/account/reauthenticate/", secret),
        ("/language/setlang/", {"language": "en"}),
        ("/account/logout/", {}),
        ("/account/reauthenticate/", secret),
    ]:
        answer = client.post(f"{address}?{query}", sent)
        assert answer.status_code == 302, (address, answer.status_code)
        answer = client.post(address, {**sent, "next": way})
        assert answer.status_code == 302, (address, answer.status_code)
        assert client.get(f"{address}?{query}").status_code < 500


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
