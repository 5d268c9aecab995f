"""A form made for one customer is never applied to another."""

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from routing.models import RoutingSettings
from tenants.models import ApiToken, Invitation, Member
from tests.support.clients import ProcessClient
from tests.support.routes import ROUTES
from tests.support.walk import Walker
from tests.support.world import World
from vms_portal.kernel.web.context import FIELD

SETTINGS, SAFETY = "/routing/settings/", "/routing/settings/safety/"
TYPED = {"to": "", "other": "0470 98 76 54"}
PASSWORD = "tulips in the rain"
# About the person, whatever customer they work for.
PERSONAL = {"tenants:profile", "tenants:customer_switch"}
POSTS = sorted(
    name
    for name, route in ROUTES.items()
    if route.POST and not name.startswith("api:") and name not in PERSONAL
)


@pytest.fixture
def nora(acme, globex, make_member) -> Member:
    """Administers Acme and Globex."""
    member = make_member(acme, Member.Role.ADMIN)
    Member.objects.create(tenant=globex, user=member.user, role=Member.Role.ADMIN)
    member.user.password = make_password(PASSWORD)
    member.user.save()
    return member


@pytest.fixture
def windows(client, nora):
    """One browser of Nora's."""
    client.force_login(nora.user)
    return client


def work_for(browser, tenant) -> None:
    browser.post("/customers/switch/", {"customer": tenant.pk})


def hidden_of(browser, page: str, part: str) -> dict[str, str]:
    """The hidden fields of the form on ``page`` that holds ``part``."""
    text = browser.get(page).text
    forms = re.findall(r"<form.*?</form>", text, re.S)
    (form, *_more) = [form for form in forms if f'"{part}"' in form]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def safe(tenant) -> str:
    found = RoutingSettings.objects.filter(tenant=tenant).first()
    return found.safety_destination if found else ""


def test_a_form_of_acme_does_not_change_globex_after_a_switch(windows, acme, globex):
    form = {**hidden_of(windows, SETTINGS, SAFETY), **TYPED}
    work_for(windows, globex)
    answer = windows.post(SAFETY, form)
    assert answer.status_code == 409
    assert "You switched to Globex NV: this form was for Acme SA." in answer.text
    assert "0470 98 76 54" in answer.text
    assert (safe(acme), safe(globex)) == ("", "")


def test_nor_after_acme_let_the_person_go(windows, nora, acme, globex):
    form = {**hidden_of(windows, SETTINGS, SAFETY), **TYPED}
    Member.objects.filter(pk=nora.pk).update(is_active=False)
    answer = windows.post(SAFETY, form)
    assert answer.status_code == 409
    assert "You switched to Globex NV: this form was for Acme SA." in answer.text
    assert "go back to the form" not in answer.text
    assert safe(globex) == ""
    assert windows.post(SAFETY, TYPED).status_code == 409
    assert safe(globex) == ""


def test_what_was_typed_waits_in_the_form_of_the_first_customer(
    windows, acme, globex, settings
):
    form = {**hidden_of(windows, SETTINGS, SAFETY), **TYPED}
    work_for(windows, globex)
    windows.post(SAFETY, form, headers={"referer": settings.PORTAL_URL + SETTINGS})
    assert "0470 98 76 54" not in windows.get(SETTINGS).text
    back = {"customer": acme.pk, "next": SETTINGS}
    assert windows.post("/customers/switch/", back).url == SETTINGS
    page = windows.get(SETTINGS).text
    assert 'data-action="/routing/settings/safety/"' in page
    assert "0470 98 76 54" in page
    assert "0470 98 76 54" not in windows.get(SETTINGS).text


def test_the_right_customer_is_served(windows, acme, globex):
    work_for(windows, globex)
    form = {
        **hidden_of(windows, "/team/invite/", "email"),
        "email": "new@elsewhere.example",
        "role": "viewer",
    }
    asked = windows.post("/team/invite/", form)
    windows.post(asked["Location"], {"password": PASSWORD})
    assert Invitation.objects.get().tenant == globex


def test_a_form_kept_while_asked_who_is_there_stays_with_its_customer(
    windows, acme, globex
):
    """The page that asks is loaded again after a switch in another window."""
    form = {
        **hidden_of(windows, "/tokens/", "scopes"),
        "name": "Reports",
        "scopes": ["numbers:read"],
        "days": "30",
    }
    asked = windows.post("/tokens/", form)["Location"]
    assert "reauthenticate" in asked
    work_for(windows, globex)
    answer = windows.post(asked, {"password": PASSWORD, FIELD: globex.pk})
    assert answer.status_code == 409
    assert not ApiToken.objects.exists()


def test_htmx_says_its_customer_in_a_header_and_gets_a_whole_page(
    windows, acme, globex
):
    assert f'"X-For-Customer": "{acme.pk}"' in windows.get("/").text
    work_for(windows, globex)
    headers = {"hx-request": "true", "x-for-customer": str(acme.pk)}
    answer = windows.post(SAFETY, TYPED, headers=headers)
    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "body"
    assert safe(globex) == ""


PARTS = [
    "routing:home_panel",
    "traffic:home_panel",
    "billing:home_panel",
    "billing:estimate",
]


@pytest.mark.parametrize("name", PARTS)
def test_a_page_of_acme_shows_no_part_of_globex(windows, acme, globex, name):
    """Home loads what is not normal every minute, with buttons that stop it."""
    work_for(windows, globex)

    def load(tenant):
        headers = {"hx-request": "true", "x-for-customer": str(tenant.pk)}
        return windows.get(reverse(name), headers=headers)

    wrong = load(acme)
    assert wrong.headers.get("HX-Refresh") == "true"
    assert wrong.content == b""
    right = load(globex)
    assert (right.status_code, right.headers.get("HX-Refresh")) == (200, None)


def test_two_answers_are_none(windows, acme, globex):
    form = {**TYPED, FIELD: [str(acme.pk), str(globex.pk)]}
    assert windows.post(SAFETY, form).status_code == 409


def test_the_api_with_a_session_asks_for_the_customer(
    windows, acme, globex, contract, site, make_number
):
    number = make_number(contract, site, "+3225501200")
    url = f"/api/v1/numbers/{number.pk}/divert/"
    body = {"destination": "line"}

    def write(**headers):
        return windows.post(url, body, "application/json", headers=headers)

    for headers in ({}, {"x-for-customer": str(globex.pk)}):
        answer = write(**headers)
        assert answer.status_code == 409
        assert answer.json()["error"] == "other_customer"
    assert write(**{"x-for-customer": str(acme.pk)}).status_code != 409
    assert windows.get("/api/v1/numbers/").status_code == 200


@pytest.mark.parametrize("name", POSTS)
def test_every_address_refuses_a_form_of_another_customer(db, name, acting_as):
    """Every POST of the portal; ``ROUTES`` is complete, tests/test_tenancy.py says."""
    own, other = World("47", "Ourselves"), World("58", "Zwartekat")
    person = own.members["admin"].user
    Member.objects.create(tenant=other.tenant, user=person, role="admin")
    guard, route = Walker(other, own, acting_as), ROUTES[name]
    browser = ProcessClient("portal", acting_as)
    browser.force_login(person)
    work_for(browser, own.tenant)
    path = guard.path(name, route, own)
    for said in ({FIELD: other.tenant.pk}, {FIELD: "1; DROP"}, {}):
        answer = browser.post(path, {**route.body(own), **said})
        assert answer.status_code == 409, said
        assert "Ourselves" in answer.text
    assert guard.state_of_stranger() == guard.before
    right = browser.post(path, {**route.body(own), FIELD: own.tenant.pk})
    assert "which of your customers" not in right.text
    assert "this form was for" not in right.text


def test_nothing_else_is_posted_than_the_walk_knows():
    assert len(POSTS) > 30
    assert urlsplit(reverse("routing:divert", args=[1])).path == "/numbers/1/divert/"
