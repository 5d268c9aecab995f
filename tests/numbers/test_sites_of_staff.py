"""Staff change sites and their lines in the back office."""

import datetime as dt

import pytest
from django.utils import timezone

from numbers.models import Line, Site
from tenants.models import AuditEvent
from tests.support.mails import send_due
from tests.support.numbers_office import actions
from vms_portal.kernel.local_time import local_date


def site_form(site, *lines, **more):
    values = {
        "tenant": site.tenant_id,
        "name": site.name,
        "slug": site.slug,
        "time_zone": site.time_zone,
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": sum("id" in line for line in lines),
        **more,
    }
    for place, line in enumerate(lines):
        values |= {f"lines-{place}-{key}": value for key, value in line.items()}
    return values


def test_a_line_is_changed_in_any_notation_and_recorded(fresh_office, site, admin):
    office, line = fresh_office, site.lines.get()
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": "0475 12 34 56",
        "channels": 4,
        "is_main": "on",
    }
    url = f"/numbers/site/{site.pk}/change/"
    sent = site_form(site, row) | {"confirmed": "on", "reason": "the PBX moved"}
    assert office.post(url, sent).status_code == 302
    line.refresh_from_db()
    assert (line.e164, line.channels) == ("+32475123456", 4)
    for action in ("site.changed", "site.line_changed"):
        event = AuditEvent.objects.get(action=action)
        assert event.detail["reason"] == "the PBX moved"
    assert event.detail["after"] == "+32475123456"
    (row,) = AuditEvent.objects.get(action="site.changed").detail["lines"]
    assert row["changes"]["e164"] == {"before": "+3225501200", "after": "+32475123456"}
    (message,) = send_due()
    assert message.to == [admin.user.email]
    assert "Brussels: +32 475 12 34 56 (before: +32 2 550 12 00)" in message.body


def line_rows(site, e164):
    """Forms that have calls of a site ring ``e164``, each with what it needs known."""
    line = site.lines.get()
    own = {"id": line.pk, "site": site.pk, "e164": line.e164, "channels": 4}
    other = {"site": site.pk, "e164": e164, "channels": 4}
    return {
        "another number": [own | {"e164": e164, "is_main": "on"}],
        "another line": [own, other | {"is_main": "on"}],
        "a line to become the main one": [own | {"is_main": "on"}, other],
    }


@pytest.mark.parametrize(
    "way", ["another number", "another line", "a line to become the main one"]
)
@pytest.mark.parametrize(
    ("e164", "is_asked"),
    [("+32470998877", True), ("+3225501201", True), ("+3242501300", False)],
)
def test_an_old_sign_in_is_asked_again_before_a_site_rings_a_new_line(
    borrowed_office, site, contract, make_number, acme, way, e164, is_asked
):
    """A number that somebody added is no line yet; that of another site is."""
    office = borrowed_office
    make_number(contract, site, "+3225501201")
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300", channels=8)
    url = f"/numbers/site/{site.pk}/change/"
    rows = line_rows(site, e164)[way]
    sent = site_form(site, *rows) | {"confirmed": "on", "reason": "PBX"}
    asked = office.post(url, sent)["Location"]
    assert ("reauthenticate" in asked) is is_asked
    assert site.lines.filter(e164=e164).exists() is not is_asked


def test_who_changes_a_main_line_is_told_how_many_numbers_follow(
    office, site, contract, make_number
):
    for number in ("+3225501201", "+3225501202"):
        make_number(contract, site, number)
    make_number(contract, site, "+3225501203", released_on=dt.date(2026, 10, 31))
    line = site.lines.get()
    url = f"/numbers/site/{site.pk}/change/"
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": "02 550 12 77",
        "channels": 4,
        "is_main": "on",
    }
    asked = office.post(url, site_form(site, row)).text
    assert "2 numbers of Brussels ring +32 2 550 12 77 at once" in asked
    gone = {key: value for key, value in row.items() if key != "is_main"}
    asked = office.post(url, site_form(site, gone | {"e164": line.e164})).text
    assert "2 numbers of Brussels ring their own lines: the site has none" in asked
    second = {"site": site.pk, "e164": "02 550 12 78", "channels": 4, "is_main": "on"}
    asked = office.post(url, site_form(site, gone | {"e164": line.e164}, second)).text
    assert "2 numbers of Brussels ring +32 2 550 12 78 at once" in asked
    line.refresh_from_db()
    assert (line.e164, line.is_main, Line.objects.count()) == (line.e164, True, 1)
    assert not AuditEvent.objects.exists()


def test_the_mail_says_that_numbers_of_a_site_without_a_line_ring_their_own(
    office, site, admin
):
    line = site.lines.get()
    row = {"id": line.pk, "site": site.pk, "e164": line.e164, "channels": 4}
    answer = {"confirmed": "on", "reason": "moves"}
    sent = site_form(site, row) | answer
    assert office.post(f"/numbers/site/{site.pk}/change/", sent).status_code == 302
    (message,) = send_due()
    said = "- Brussels: no line any more, each of its numbers has its own (before: "
    assert f"{said}+32 2 550 12 00)" in message.body


def test_more_channels_on_the_same_line_are_saved_without_a_question(office, site):
    line = site.lines.get()
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": line.e164,
        "channels": 60,
        "is_main": "on",
    }
    url = f"/numbers/site/{site.pk}/change/"
    assert office.post(url, site_form(site, row)).status_code == 302
    assert Line.objects.get().channels == 60


def test_a_site_has_one_main_line(office, site):
    first = {
        "id": site.lines.get().pk,
        "site": site.pk,
        "e164": "02 550 12 00",
        "channels": 4,
        "is_main": "on",
    }
    second = {"site": site.pk, "e164": "02 550 12 01", "channels": 4, "is_main": "on"}
    page = office.post(
        f"/numbers/site/{site.pk}/change/", site_form(site, first, second)
    )
    assert "one main line only" in page.text
    assert Line.objects.count() == 1


@pytest.mark.parametrize("code", ["ABC", "0100", "10000", "B-1000"])
def test_the_postal_code_of_a_site_is_checked(office, site, code):
    url = f"/numbers/site/{site.pk}/change/"
    page = office.post(
        url, site_form(site, postal_code=code, **{"lines-TOTAL_FORMS": 0})
    )
    assert "A Belgian postal code has four digits." in page.text
    site.refresh_from_db()
    assert site.postal_code == ""


def test_a_site_without_a_main_line_is_told_about(office, acme):
    site = Site(tenant=acme, name="Namur", slug="namur", time_zone="Europe/Brussels")
    done = office.post("/numbers/site/add/", site_form(site), follow=True)
    assert "Namur has no main line yet" in done.text
    assert 'name="lines-0-e164"' in office.get("/numbers/site/add/").text


def test_a_new_site_belongs_to_the_chosen_customer(office, acme):
    site = Site(tenant=acme, name="Namur", slug="namur", time_zone="Europe/Brussels")
    row = {"e164": "081 22 33 44", "channels": 8, "is_main": "on"}
    assert office.post("/numbers/site/add/", site_form(site, row)).status_code == 302
    assert Line.objects.get().tenant == acme
    assert actions() == ["site.line_changed", "site.added"]


@pytest.mark.parametrize("is_theirs", [True, False])
def test_a_site_rings_no_number_of_another_customer(
    is_theirs, fresh_office, site, acme, globex, make_contract, make_number
):
    """The control is the number of another customer that ended yesterday."""
    today = local_date(timezone.now())
    last = None if is_theirs else today - dt.timedelta(days=1)
    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    make_number(make_contract(globex), there, "+3292334455", released_on=last)
    row = {"site": site.pk, "e164": "09 233 44 55", "channels": 4}
    sent = site_form(site, row) | {"confirmed": "on", "reason": "PBX"}
    answer = fresh_office.post(f"/numbers/site/{site.pk}/change/", sent)
    told = "This is a number of another customer today."
    assert (told in answer.text) is is_theirs
    assert site.lines.filter(e164="+3292334455").exists() is not is_theirs


@pytest.mark.parametrize("more", [{"channels": 60}, {"is_main": ""}])
def test_a_line_that_became_another_customers_number_may_stay_or_go(
    more, fresh_office, site, globex, make_contract, make_number
):
    line = site.lines.get()
    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    make_number(make_contract(globex), there, line.e164)
    row = {
        "id": line.pk,
        "site": site.pk,
        "e164": line.e164,
        "channels": line.channels,
        "is_main": "on",
    }
    url = f"/numbers/site/{site.pk}/change/"
    sent = site_form(site, row | more) | {"confirmed": "on", "reason": "PBX"}
    assert fresh_office.post(url, sent).status_code == 302
    after = site.lines.get()
    assert (after.channels, after.is_main) != (line.channels, True)
