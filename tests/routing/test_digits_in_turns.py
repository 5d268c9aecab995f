"""Digits that are theirs and not theirs in turns, chosen for today and a later day."""

import importlib

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from numbers.models import Line, Site
from routing.models import KnownDestination, Override
from routing.services import every_number, notices
from routing.services.destinations import new_among
from tenants.models import AuditEvent
from tests.routing.conftest import MONDAY, facts, make_live
from tests.support.came_and_went import DAY, PORTED, left_out
from tests.support.circles import divert
from tests.support.left_out import forward, goes_to
from tests.support.mails import send_due
from vms_portal.kernel.local_time import local_date

migration = importlib.import_module("routing.migrations.0014_destinations_as_of_a_day")
ACTS = {
    "divert": lambda number, member, now: divert(number, member, "site:liege", now),
    "plan": lambda number, member, now: make_live(
        number, forward("site:liege"), member, now=now
    ),
    "safety": lambda number, member, now: every_number.set_safety_destination(
        destination="site:liege", member=member, now=now
    ),
}


@pytest.fixture
def in_turns(contract, site, make_number):
    """Digits that were theirs, are an outside number today, and are theirs again."""
    for first, last in ((-60, -30), (10, 20)):
        make_number(
            contract,
            site,
            PORTED,
            activated_on=(MONDAY + first * DAY).date(),
            released_on=(MONDAY + last * DAY).date(),
        )
    return PORTED


@pytest.mark.parametrize("is_first", [True, False])
def test_a_plan_of_a_later_day_and_a_use_of_today_leave_each_other_alone(
    is_first, number, in_turns, editor, acme, contract, site, make_number
):
    begins = MONDAY + 30 * DAY
    later = make_number(contract, site, "+3225501278", activated_on=begins.date())
    acts = [
        lambda: make_live(later, forward(in_turns), editor),
        lambda: divert(number, editor, in_turns, MONDAY),
    ]
    for act in acts if is_first else reversed(acts):
        act()
    for now in (MONDAY, MONDAY + 5 * DAY):
        assert left_out(number, now) == {}
        assert goes_to(number, at=now) == in_turns
        assert new_among([in_turns], acme, now.date()) == []
    assert left_out(later, begins) == {}
    assert new_among([in_turns], acme, begins.date()) == []
    assert facts(number, MONDAY).as_of(begins.date()).shared.ended == []
    assert facts(number, MONDAY).shared.known == [in_turns]
    assert AuditEvent.objects.filter(action="destination.added").count() == 2
    # The control: in between it is theirs, and the day after it was chosen by nobody.
    assert new_among([in_turns], acme, (MONDAY + 15 * DAY).date()) == []
    between = (MONDAY + 25 * DAY).date()
    assert new_among([in_turns], acme, between) == [in_turns]
    assert facts(number, MONDAY).as_of(between).shared.ended == [in_turns]


def test_a_redirection_of_today_outlives_a_plan_of_a_later_day(
    in_turns, editor, contract, site, make_number
):
    """The second plan of a later day takes the place of the first one's."""
    begins = MONDAY + 30 * DAY
    today = make_number(contract, site, "+3225501279")
    make_live(today, forward(in_turns), editor)
    for later in ("+3225501278", "+3225501276"):
        there = make_number(contract, site, later, activated_on=begins.date())
        make_live(there, forward(in_turns), editor)
        assert left_out(today, MONDAY + DAY) == {}
        assert left_out(there, begins) == {}
    assert KnownDestination.objects.filter(e164=in_turns).count() == 2


@pytest.mark.parametrize("is_backwards", [False, True])
def test_digits_that_are_theirs_twice_more_end_with_the_last_time(
    is_backwards, number, in_turns, editor, acme, contract, site, make_number
):
    """Whatever order their rows are read in."""
    days = [(MONDAY + days * DAY).date() for days in (40, 50)]
    make_number(contract, site, in_turns, activated_on=days[0], released_on=days[1])
    KnownDestination.objects.create(
        tenant=acme,
        e164=in_turns,
        first_used_at=MONDAY + 30 * DAY,
        added_by=editor.user,
    )
    world = facts(number, MONDAY)
    world._ahead.sort(key=lambda one: one.activated_on, reverse=is_backwards)
    assert world.as_of((MONDAY + 35 * DAY).date()).shared.ended == []
    assert world.as_of((MONDAY + 51 * DAY).date()).shared.ended == [in_turns]


def test_going_back_a_version_keeps_the_later_of_two_uses(in_turns, editor, acme):
    """As the owner of the table, whom its row security would blind."""
    for used_at in (MONDAY, MONDAY + 30 * DAY):
        KnownDestination.objects.create(
            tenant=acme, e164=in_turns, first_used_at=used_at, added_by=editor.user
        )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(migration.ONE_OF_EACH)
        cursor.execute("SET ROLE vms_worker")
    assert KnownDestination.objects.get().first_used_at == MONDAY + 30 * DAY


@pytest.mark.parametrize("is_backwards", [False, True])
def test_plans_of_two_later_days_keep_what_both_of_them_know(
    is_backwards, editor, staff, acme, contract, site, make_number
):
    """The digits are theirs in between; each plan begins when they are not."""
    for first, last in ((-60, 5), (20, 30)):
        make_number(
            contract,
            site,
            PORTED,
            activated_on=(MONDAY + first * DAY).date(),
            released_on=(MONDAY + last * DAY).date(),
        )
    begins = {"+3225501278": MONDAY + 10 * DAY, "+3225501276": MONDAY + 60 * DAY}
    numbers = [
        make_number(contract, site, e164, activated_on=day.date())
        for e164, day in begins.items()
    ]
    for later in reversed(numbers) if is_backwards else numbers:
        make_live(later, forward(PORTED), editor)
    for later in numbers:
        day = begins[later.e164]
        assert left_out(later, day) == {}
        assert goes_to(later, at=day + DAY) == PORTED
    assert new_among([PORTED], acme, (MONDAY + 35 * DAY).date()) == [PORTED]


def test_the_earlier_of_two_later_days_stands_for_both(
    number, editor, acme, contract, site, make_number
):
    """Nothing is theirs in between: one row is enough, as of the earliest day."""
    make_number(
        contract,
        site,
        PORTED,
        activated_on=(MONDAY - 60 * DAY).date(),
        released_on=(MONDAY + 5 * DAY).date(),
    )
    for days, e164 in ((60, "+3225501276"), (10, "+3225501278"), (30, "+3225501279")):
        begins = (MONDAY + days * DAY).date()
        there = make_number(contract, site, e164, activated_on=begins)
        make_live(there, forward(PORTED), editor)
    known = KnownDestination.objects.get(e164=PORTED)
    assert local_date(known.first_used_at) == (MONDAY + 10 * DAY).date()
    assert new_among([PORTED], acme, (MONDAY + 10 * DAY).date()) == []


def test_one_mail_names_digits_of_now_and_of_a_later_day_once(
    number, in_turns, editor, admin, acme, contract, site, make_number
):
    begins = (MONDAY + 30 * DAY).date()
    later = make_number(contract, site, "+3225501278", activated_on=begins)
    make_live(later, forward(in_turns), editor)
    divert(number, editor, in_turns, MONDAY)
    assert KnownDestination.objects.filter(announced_at=None).count() == 2
    notices.announce_destinations(tenant=acme, now=MONDAY)
    mails = send_due()
    assert mails
    for mail in mails:
        assert mail.subject == "New destination for calls: +32 2 550 12 77"
        assert mail.body.count("+32 2 550 12 77") == 1
    assert not KnownDestination.objects.filter(announced_at=None).exists()


@pytest.fixture
def liege(acme, contract, make_number, globex, make_contract):
    """A site whose line is another customer's number, and theirs from a month on."""
    made = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=made, e164=PORTED, is_main=True)
    today = timezone.now().date()
    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    last = today + 29 * DAY
    make_number(make_contract(globex), there, PORTED, released_on=last)
    make_number(contract, made, PORTED, activated_on=last + DAY)
    return made


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_line_that_was_told_stays_known_when_its_digits_are_ordered(
    act, number, editor, liege
):
    """They are a number of theirs from a later day on; until then nothing changes."""
    now = timezone.now()
    act(number, editor, now)
    assert not KnownDestination.objects.exists()
    assert left_out(number, now) == {}


def test_a_site_whose_line_was_theirs_is_as_new_as_its_digits(
    acme, contract, site, make_number
):
    """Nobody was told of a line that was a number of theirs when it was set."""
    first, last = (MONDAY - 60 * DAY).date(), (MONDAY - 30 * DAY).date()
    make_number(contract, site, PORTED, activated_on=first, released_on=last)
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164=PORTED, is_main=True)
    assert new_among(["site:liege"], acme) == [PORTED]
    # The control: a day on which it was theirs.
    assert new_among(["site:liege"], acme, last) == []


@pytest.mark.parametrize("begins_in", [30, -1])
def test_a_dispatcher_diverts_to_a_site_whose_line_is_ordered(
    begins_in, client, number, operator_member, acme, contract, make_number
):
    """In an outage nothing stands in the way that did not before the order."""
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164=PORTED, is_main=True)
    first = timezone.now().date() + begins_in * DAY
    make_number(contract, liege, PORTED, activated_on=first)
    client.force_login(operator_member.user)
    url = reverse("routing:divert", args=[number.pk])
    sent = {"to": "site:liege", "other": "", "until": "1h"}
    assert client.post(url, sent).status_code == 302
    assert Override.objects.exists()
