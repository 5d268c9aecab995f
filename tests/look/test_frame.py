"""The frame around every page."""

import re

import pytest
from django.urls import NoReverseMatch

from tenants.models import Member
from vms_portal.kernel.registry import Menu, Section
from vms_portal.kernel.web import navigation

PAGE = "/account/sessions/"


def links(answer) -> list[str]:
    side = re.search(r'<nav class="side".*?</nav>', answer.text, re.S)
    return re.findall(r'href="([^"]+)"', side[0]) if side else []


def test_without_a_person_there_is_no_navigation(client):
    answer = client.get("/account/login/")
    assert links(answer) == []
    assert 'action="/language/setlang/"' in answer.text


def test_pages_a_role_may_not_open_are_not_offered(client, viewer, admin, finance):
    from django.urls import reverse

    invoices, team = reverse("billing:invoice_list"), reverse("tenants:member_list")
    for member, allowed in (
        (viewer, set()),
        (finance, {invoices}),
        (admin, {invoices, team}),
    ):
        client.force_login(member.user)
        assert {invoices, team} & set(links(client.get(PAGE))) == allowed


def test_a_page_that_does_not_exist_is_no_silence(rf, viewer, monkeypatch):
    pages: Menu[navigation.Page] = Menu()
    page = navigation.Page("numbers:no_such", "Nowhere", "house")
    pages.add(Section("", position=0), page)
    monkeypatch.setattr(navigation, "PAGES", pages)
    (error,) = navigation.pages_exist(None)
    assert "numbers:no_such" in error.msg
    with pytest.raises(NoReverseMatch):
        navigation.navigation(rf.get("/"), viewer)


@pytest.mark.parametrize(
    ("path", "mark"), [("/calls/", "page"), ("/calls/12/", "true"), ("/", "")]
)
def test_the_page_one_is_on_is_marked(rf, viewer, path, mark):
    groups = navigation.navigation(rf.get(path), viewer)
    entries = {entry.url: entry.current for group in groups for entry in group.entries}
    assert entries["/calls/"] == mark


def test_who_works_for_several_customers_can_change(client, viewer, globex):
    client.force_login(viewer.user)
    assert "/customers/switch/" not in client.get(PAGE).text
    Member.objects.create(tenant=globex, user=viewer.user, role=Member.Role.EDITOR)
    text = client.get(PAGE).text
    assert "/customers/switch/" in text
    assert f'name="customer" value="{globex.pk}"' in text


def test_the_demo_says_that_it_is_one(client, settings):
    assert "demo-bar" not in client.get("/account/login/").text
    settings.DEMO = True
    assert "demo-bar" in client.get("/account/login/").text


def test_nothing_in_a_page_runs_inline(client, viewer):
    pages = [client.get("/account/login/")]
    client.force_login(viewer.user)
    pages += [client.get(path) for path in (PAGE, "/account/2fa/")]
    assert [page.status_code for page in pages] == [200] * 3
    inline = []
    for page in pages:
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page.text)
        inline += re.findall(r"<script(?![^>]*\ssrc=)([^>]*)>", page.text)
    assert inline
    assert all('type="application/json"' in attributes for attributes in inline)


def test_messages_are_announced(client, viewer):
    client.force_login(viewer.user)
    place = '<div class="toasts" id="toasts" role="status" aria-live="polite">'
    # Empty, it takes no room: not even white space may stand in it.
    assert f"{place}</div>" in client.get(PAGE).text
    client.post("/account/logout/")
    text = client.get("/account/login/").text
    # Every page has one more, for what a script has to say.
    assert "toast-note" in text.partition(place)[2].partition("<template")[0]
