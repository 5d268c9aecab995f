"""Digits that ended are chosen for every site that has them: each is asked and told."""

import html

import pytest
from django.utils import timezone

from numbers.models import Line, Site
from routing.decisions.ended_digits import ended_digits
from tenants.models import AuditEvent
from tests.numbers.test_lines_chosen_again import ANSWER, page, sent
from tests.numbers.test_sites_of_staff import site_form
from tests.support.crossing import Lock, crossed
from tests.support.ended_lines import ELSEWHERE, GONE, divert, noon, rings
from tests.support.failed_work import committing
from tests.support.mails import send_due
from vms_portal.kernel.local_time import local_date

AGAIN = "that name that site go there again as well."
SKIPPED = "that name that site go their next way."


@pytest.fixture
def namur(acme, gent, was_theirs):
    """Gent and Namur have one switchboard, which was a number of theirs."""
    was_theirs(-60, -5)
    Line.objects.filter(site=gent).update(e164=GONE)
    namur = Site.objects.create(tenant=acme, name="Namur", slug="namur")
    Line.objects.create(tenant=acme, site=namur, e164=GONE)
    return namur


def asks(office, site, form) -> str:
    return html.unescape(office.post(page(site), form).text)


def told(site) -> bool:
    return Line.objects.get(site=site, is_main=True).told_at is not None


def test_a_line_that_rings_again_does_for_every_site_that_has_it(
    fresh_office, gent, namur, number, editor, admin, now
):
    Line.objects.filter(site=namur).update(told_at=now)
    divert(number, editor, now, "site:namur")
    Line.objects.filter(site=namur).update(told_at=None)
    assert rings(number, now) == {False}
    asked = asks(fresh_office, gent, sent(gent, ring_again="on"))
    assert f"88 is the line of Namur, too: plans and diversions {AGAIN}" in asked
    assert not told(namur)
    fresh_office.post(page(gent), sent(gent, ring_again="on", **ANSWER))
    assert rings(number, timezone.now()) == {True}
    (mail,) = send_due()
    assert "- Gent, Namur: +32 4 250 13 88\n" in mail.body
    events = AuditEvent.objects.filter(action="site.line_changed")
    assert {event.target_id for event in events} == {str(gent.pk), str(namur.pk)}
    assert [event.detail["ring_again"] for event in events] == [True, True]
    # Namur was told, too: it is its own choice, whatever becomes of Gent.
    assert "Namur" not in asks(fresh_office, gent, sent(gent, line=ELSEWHERE))
    fresh_office.post(page(gent), sent(gent, line=ELSEWHERE, **ANSWER))
    assert rings(number, noon(1)) == {True}
    assert "Namur" not in send_due()[0].body


@pytest.mark.parametrize("line", [ELSEWHERE, ""])
def test_sites_that_are_skipped_with_a_line_given_up_are_asked_and_told_of(
    fresh_office, gent, namur, number, editor, admin, now, line
):
    """Namur rang because Gent was told: so it was while that named one site alone."""
    Line.objects.filter(site=gent).update(told_at=now)
    divert(number, editor, now, "site:namur")
    assert rings(number, now) == {True}
    other = sent(gent, line=line or GONE)
    if not line:
        del other["lines-0-is_main"]
    asked = asks(fresh_office, gent, other)
    said = "stays the line of Namur, but was a number of the customer, which ended:"
    assert f"+32 4 250 13 88 {said} plans and diversions {SKIPPED}" in asked
    fresh_office.post(page(gent), other | ANSWER)
    assert rings(number, timezone.now()) == {False}
    (mail,) = send_due()
    skipped = mail.body.split("now go their next way")[1]
    assert "- Namur: +32 4 250 13 88\n" in skipped
    assert "Gent" not in skipped
    assert not told(namur)
    events = AuditEvent.objects.filter(action="site.line_changed")
    (event,) = events.filter(target_id=str(namur.pk))
    assert event.detail["ring_again"] is False


def test_a_site_that_gets_the_digits_has_the_others_ring_again(
    fresh_office, gent, namur, acme, admin
):
    """Asked where a site changes, and said where one is added, which asks nothing."""
    hal = Site.objects.create(tenant=acme, name="Hal", slug="hal")
    row = {"e164": GONE, "channels": 4, "is_main": "on"}
    form = site_form(hal, row | {"site": hal.pk})
    asked = asks(fresh_office, hal, form)
    assert "the line of Gent, Namur, too: plans" in asked
    assert "that name those sites go there again as well." in asked
    new = Site(tenant=acme, name="Aalst", slug="aalst", time_zone="Europe/Brussels")
    added = fresh_office.post("/numbers/site/add/", site_form(new, row), follow=True)
    assert "the line of Gent, Namur, too: plans" in html.unescape(added.text)
    (mail,) = send_due()
    assert "- Aalst: +32 4 250 13 88 (before: no line)\n" in mail.body
    assert "- Gent, Namur: +32 4 250 13 88\n" in mail.body
    assert told(gent)
    assert told(namur)


def test_a_file_that_gives_a_site_the_digits_shows_and_tells_the_others(
    load, gent, namur, acme, admin, now
):
    rows = f"number,site,option,activated_on,line\n+3225501211,Aalst,CLASSIC,{now:%F},"
    both = ["Gent (+32 4 250 13 88)", "Namur (+32 4 250 13 88)"]
    for options in ({"dry_run": True}, {}):
        assert load(rows + GONE, now=now, **options).lines_again == both
    (mail,) = send_due()
    assert "- Gent, Namur: +32 4 250 13 88\n" in mail.body
    assert told(gent)
    assert told(namur)
    assert ended_digits(acme, local_date(now)) == set()
    # The control: a line of other digits bears on none.
    other = "number,site,option,activated_on,line\n+3225501212,Mol,CLASSIC,"
    assert load(f"{other}{now:%F},+32470998877", now=now).lines_again == []


def test_digits_that_rang_all_the_while_name_no_other_site(
    fresh_office, gent, acme, admin
):
    """The control: nothing of them was ever theirs."""
    namur = Site.objects.create(tenant=acme, name="Namur", slug="namur")
    Line.objects.create(tenant=acme, site=namur, e164=ELSEWHERE)
    for line in ("+3292501377", ELSEWHERE):
        assert "Namur" not in asks(fresh_office, gent, sent(gent, line=line))
        fresh_office.post(page(gent), sent(gent, line=line, **ANSWER))
    assert all("Namur" not in mail.body for mail in send_due())


@committing
@pytest.mark.parametrize("is_shared", [True, False])
def test_choices_of_the_same_digits_take_turns(fresh_office, gent, namur, is_shared):
    """Who gives up Gent's line waits for who changes Namur's: else each misses it."""
    line = Line.objects.filter(site=namur)
    if not is_shared:
        line.update(e164="+3281223300")
    row = "SELECT FROM numbers_line WHERE id = %s FOR UPDATE"
    held = Lock(row, [line.get().pk])
    form = sent(gent, line=ELSEWHERE) | ANSWER
    with crossed(held, held if is_shared else None, role="vms_staff") as ended:
        assert fresh_office.post(page(gent), form).status_code == 302
    assert ended == []
