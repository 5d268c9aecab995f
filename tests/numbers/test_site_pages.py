"""Sites, and who sees which of them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from numbers.models import Line, NumberAccess, Site
from numbers.services.access import AccessChanged, fingerprint, set_access
from tenants.models import AuditEvent, Member

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def address(**more):
    return {"name": "Brussels", "street": "", "postal_code": "", "city": "", **more}


def test_sites_are_listed_with_lines_and_numbers(client, viewer, number, site):
    client.force_login(viewer.user)
    page = client.get("/sites/")
    assert "16 channels" in page.text
    assert page.context["sites"][0].number_total == 1
    assert "Edit" not in page.text


def test_as_many_questions_for_1_site_as_for_30(client, viewer, site, acme):
    client.force_login(viewer.user)
    counts = []
    for _round in range(2):
        client.get("/sites/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/sites/")
        counts.append(len(asked))
        for i in range(30 if len(counts) == 1 else 0):
            made = Site.objects.create(tenant=acme, name=f"Site {i}", slug=f"s{i}")
            Line.objects.create(tenant=acme, site=made, e164=f"+32255012{i:02d}")
    assert counts[0] == counts[1]


def test_an_editor_corrects_an_address(client, editor, site):
    client.force_login(editor.user)
    url = reverse("numbers:site_edit", args=[site.pk])
    assert client.get(url).status_code == 200
    wrong = client.post(url, address(street="Quai 1", postal_code="ABC"))
    assert "A Belgian postal code has four digits." in wrong.text
    assert client.post(url, address(street="Quai 1")).url == "/sites/"
    site.refresh_from_db()
    assert (site.street, site.slug) == ("Quai 1", "brussels")
    assert AuditEvent.objects.get().action == "site.changed"


def test_the_second_to_correct_a_site_is_told(client, editor, site):
    client.force_login(editor.user)
    page = f"/sites/{site.pk}/"
    read = client.get(page).context["expected"]
    mine = {"name": site.name, "city": "Liège", "expected": read}
    theirs = {"name": "Head office", "city": site.city, "expected": read}
    assert client.post(page, theirs).status_code == 302
    answer = client.post(page, mine)
    assert answer.status_code == 409
    assert "Somebody changed this site" in answer.text
    assert "Head office" in answer.text
    assert 'value="Liège"' in answer.text
    again = {**mine, "expected": answer.context["expected"]}
    assert client.post(page, again).status_code == 302
    site.refresh_from_db()
    assert (site.name, site.city) == (mine["name"], "Liège")


@pytest.mark.parametrize("name", ["", "\u200b", "x" * 81])
def test_a_name_that_cannot_be_shown_is_refused(client, editor, site, name):
    client.force_login(editor.user)
    url = reverse("numbers:site_edit", args=[site.pk])
    page = client.post(url, address(name=name, street="kept"))
    assert page.status_code == 422
    assert "kept" in page.text
    assert not AuditEvent.objects.exists()


def test_only_editors_of_the_customer_change_a_site(client, viewer, stranger, site):
    url = reverse("numbers:site_edit", args=[site.pk])
    client.force_login(viewer.user)
    assert client.post(url, address()).status_code == 403
    client.force_login(stranger.user)
    assert client.post(url, address()).status_code == 404
    assert client.get(url).status_code == 404


# --- What a member sees ------------------------------------------------------
def access_url(member) -> str:
    return reverse("numbers:member_access", args=[member.pk])


def choice(member, **more):
    return {
        "sees_all": "no",
        "sites": [],
        "numbers": "",
        "expected": fingerprint(member),
        **more,
    }


def test_an_administrator_narrows_what_a_member_sees(client, admin, viewer, number):
    client.force_login(admin.user)
    data = choice(viewer, sites=["brussels"], numbers="02 550 12 00\n")
    assert client.get(access_url(viewer)).status_code == 200
    assert client.post(access_url(viewer), data).status_code == 302
    viewer.refresh_from_db()
    assert not viewer.sees_all_numbers
    assert NumberAccess.objects.filter(member=viewer).count() == 2
    event = AuditEvent.objects.get()
    assert event.detail == {
        "before": {"all": True, "sites": [], "numbers": []},
        "after": {"all": False, "sites": ["brussels"], "numbers": ["+3225501200"]},
    }
    page = client.get(access_url(viewer))
    assert "+32 2 550 12 00" in page.text
    assert 'value="brussels"' in page.text
    client.post(access_url(viewer), choice(viewer, sees_all="yes"))
    assert not NumberAccess.objects.exists()


def test_the_second_of_two_administrators_is_told(client, admin, viewer, number):
    client.force_login(admin.user)
    data = choice(viewer, sites=["brussels"])
    client.post(access_url(viewer), data)
    page = client.post(access_url(viewer), {**data, "sites": []})
    assert page.status_code == 409
    assert "Somebody changed this meanwhile" in page.text
    assert NumberAccess.objects.count() == 1


def test_a_stale_choice_is_refused_by_the_service(admin, viewer, site):
    before = fingerprint(viewer)
    values = {"member": viewer, "by": admin, "numbers": [], "now": NOW}
    set_access(sees_all=False, sites=[site], expected=before, **values)
    with pytest.raises(AccessChanged):
        set_access(sees_all=True, sites=[], expected=before, **values)


def test_numbers_nobody_knows_are_named(client, admin, viewer, number, globex):
    client.force_login(admin.user)
    data = choice(viewer, numbers="02 550 12 00\n09 250 14 00\nabc")
    page = client.post(access_url(viewer), data)
    assert page.status_code == 422
    assert "09 250 14 00; abc" in page.text
    assert not NumberAccess.objects.exists()


def test_administrators_always_see_all(client, admin, number):
    client.force_login(admin.user)
    assert "Administrators see all numbers" in client.get(access_url(admin)).text
    client.post(access_url(admin), choice(admin))
    admin.refresh_from_db()
    assert admin.sees_all_numbers


def test_only_administrators_of_the_customer_narrow(client, editor, stranger, viewer):
    for who, status in ((editor, 403), (stranger, 404)):
        client.force_login(who.user)
        assert client.get(access_url(viewer)).status_code == status
        assert client.post(access_url(viewer), choice(viewer)).status_code == status


def test_a_site_of_another_customer_cannot_be_granted(
    client, admin, viewer, site, globex
):
    Site.objects.create(tenant=globex, name="Gent", slug="gent")
    client.force_login(admin.user)
    page = client.post(access_url(viewer), choice(viewer, sites=["gent"]))
    assert page.status_code == 422
    assert not NumberAccess.objects.exists()


def test_a_role_below_administrator_keeps_the_choice(acme, make_member, site):
    narrowed = make_member(acme, Member.Role.VIEWER, sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=narrowed, site=site)
    assert list(Site.objects.visible_to(narrowed)) == [site]
