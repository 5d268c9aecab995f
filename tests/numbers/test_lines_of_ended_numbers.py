"""A line that was the customer's number rings once staff choose it anew."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import GeographicNumber, Line, Site
from numbers.services.inventory import release_number
from numbers.services.lines import LineChange, note_lines
from routing.models import KnownDestination
from routing.services.destinations import new_among
from tests.numbers.test_sites_of_staff import site_form
from tests.support.ended_lines import ELSEWHERE, GONE, divert, noon, rings
from tests.support.mails import send_due
from tests.support.number_files import HEADER


@pytest.fixture
def number(contract, site, make_number):
    return make_number(contract, site, "+3225501201")


def by_form(office, gent, now, line=GONE):
    row = {
        "id": gent.lines.get().pk,
        "site": gent.pk,
        "e164": line,
        "channels": 4,
        "is_main": "on",
    }
    url = f"/numbers/site/{gent.pk}/change/"
    asked = office.post(url, site_form(gent, row)).text
    sent = site_form(gent, row) | {"confirmed": "on", "reason": "moved"}
    assert office.post(url, sent).status_code == 302
    return asked


def told(site, line, at):
    """What the service does of either way."""
    Line.objects.filter(site=site).update(e164=line)
    note_lines(changes=[LineChange(site, ELSEWHERE, line)], actor="test", now=at)


@pytest.mark.parametrize("typed", ["site:gent", GONE])
def test_a_line_that_staff_choose_after_its_number_ended_is_called(
    fresh_office, number, gent, admin, editor, was_theirs, acme, now, typed
):
    was_theirs(-60, -5)
    divert(number, editor, now)
    asked = by_form(fresh_office, gent, now)
    assert "diversions that name the site ring there, too" in asked
    (mail,) = send_due()
    assert "Gent: +32 42 50 13 88" in mail.body or "Gent: +32 4 250 13 88" in mail.body
    # Who sends calls there is asked nothing: they were told.
    assert new_among([typed], acme) == []
    divert(number, editor, now + dt.timedelta(seconds=1), typed)
    assert KnownDestination.objects.exists() == (typed == GONE)
    assert send_due() == []
    for at in (noon(1), noon(30)):
        assert rings(number, at) == {True}
    # The control: nobody was told, so nobody chose it since.
    KnownDestination.objects.all().delete()
    Line.objects.filter(site=gent).update(told_at=None)
    assert new_among([typed], acme) == [GONE]
    assert rings(number, noon(1)) == {False}


def test_a_file_chooses_a_line_as_the_form_does(
    load, number, gent, editor, was_theirs, now
):
    was_theirs(-60, -5)
    Line.objects.filter(site=gent).delete()
    first = GeographicNumber.objects.get(pk=number.pk).activated_on
    row = f"{number.e164},Gent,CLASSIC,{first},{GONE}"
    assert load(f"{HEADER},line\n{row}\n", now=now).problems == []
    Site.objects.create(tenant=gent.tenant, name="Elsewhere", slug="elsewhere")
    GeographicNumber.objects.filter(pk=number.pk).update(
        site=Site.objects.get(slug="elsewhere")
    )
    number.refresh_from_db()
    divert(number, editor, now)
    assert rings(number, now) == {True}


@pytest.mark.parametrize("chosen", [-20, -5])
def test_a_line_chosen_while_the_number_was_theirs_ends_with_it(
    number, gent, admin, editor, was_theirs, now, chosen
):
    was_theirs(-60, -5)
    told(gent, GONE, noon(-4))
    divert(number, editor, now)
    # The control: chosen the day after it ended.
    assert rings(number, now) == {True}
    told(gent, GONE, noon(chosen))
    assert rings(number, now) == {False}


@pytest.mark.parametrize(("chosen", "stands"), [(-30, True), (-5, False), (-2, True)])
@pytest.mark.parametrize("way", ["line", "digits"])
def test_an_order_called_off_on_its_first_day_takes_no_choice_of_before_away(
    number, gent, editor, was_theirs, now, acme, chosen, stands, way
):
    """An older number of theirs had ended long ago."""
    was_theirs(-90, -60)
    was_theirs(-5, -5)
    at = noon(chosen)
    if way == "line":
        divert(number, editor, now)
        told(gent, GONE, at)
    else:
        KnownDestination.objects.create(
            tenant=acme, e164=GONE, first_used_at=at, added_by=editor.user
        )
        assert (new_among([GONE], acme) == []) is stands
        if stands:
            divert(number, editor, now, GONE)
        else:
            return
    assert rings(number, now) == {stands}


def test_an_order_that_lasted_two_days_was_a_number_of_theirs(
    number, gent, editor, was_theirs, now
):
    was_theirs(-6, -5)
    divert(number, editor, now)
    told(gent, GONE, noon(-30))
    assert rings(number, now) == {False}


def test_another_main_line_takes_the_choice_with_it(gent, was_theirs, acme, now):
    """That of who typed the digits stays: see test_lines_that_people_type."""
    was_theirs(-60, -5)
    told(gent, GONE, now)
    assert new_among([GONE], acme) == []
    told(gent, ELSEWHERE, now)
    assert new_among([GONE], acme) == [GONE]


@pytest.mark.parametrize(
    ("periods", "until"),
    [
        ([(-60, 5)], 5),
        ([(-60, 0)], 0),
        ([(30, 40)], 40),
        ([(-60, None)], None),
        ([(-60, 5), (6, None)], None),
        ([(-60, 5), (6, 9)], 9),
        ([(-60, -5)], None),
        # An order that was called off.
        ([(30, 30)], None),
    ],
)
def test_question_and_mail_say_until_when_a_line_rings(
    fresh_office, number, gent, admin, editor, was_theirs, now, periods, until
):
    for first, last in periods:
        was_theirs(first, last)
    asked = by_form(fresh_office, gent, now)
    (mail,) = send_due()
    assert ("is a number of the customer that ends on" in asked) is (until is not None)
    assert (" until " in mail.body) is (until is not None)
    divert(number, editor, timezone.now())
    last = 400 if until is None else until
    assert rings(number, noon(last)) == {True}
    assert rings(number, noon(last + 1)) == {until is None}


def test_the_page_offers_a_site_whose_line_was_chosen_anew(
    client, number, gent, editor, was_theirs, now
):
    was_theirs(-60, -5)
    told(gent, GONE, noon(-20))
    client.force_login(editor.user)
    url = reverse("routing:divert", args=[number.pk])
    assert 'value="site:gent"' not in client.get(url).text
    told(gent, GONE, now)
    assert 'value="site:gent"' in client.get(url).text
    sent = {"to": "site:gent", "other": "", "until": "1h"}
    assert client.post(url, sent).status_code == 302
    assert rings(number, timezone.now()) == {True}


def test_a_number_called_off_by_staff_leaves_the_line_as_it_was(
    number, gent, staff, editor, was_theirs, now
):
    told(gent, GONE, noon(-30))
    ordered = was_theirs(1, None)
    divert(number, editor, now)
    release_number(number=ordered, last_day=ordered.activated_on, actor=staff)
    for days in range(4):
        assert rings(number, noon(days)) == {True}


@pytest.mark.parametrize(("told_on", "is_asked"), [(-20, True), (-5, True), (0, False)])
def test_a_line_that_was_theirs_asks_for_a_new_sign_in_again(
    borrowed_office, number, gent, was_theirs, acme, told_on, is_asked, now
):
    """It is the line of a site, which nobody was told of since the number ended."""
    was_theirs(-60, -5)
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164=GONE, told_at=noon(told_on))
    row = {
        "id": gent.lines.get().pk,
        "site": gent.pk,
        "e164": GONE,
        "channels": 4,
        "is_main": "on",
    }
    sent = site_form(gent, row) | {"confirmed": "on", "reason": "moved"}
    answer = borrowed_office.post(f"/numbers/site/{gent.pk}/change/", sent)
    assert ("reauthenticate" in answer["Location"]) is is_asked
    assert gent.lines.filter(e164=GONE).exists() is not is_asked
