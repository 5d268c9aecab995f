"""Digits that were the customer's own for a while, as destinations before and after."""

import datetime as dt
import importlib

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from numbers.models import DestinationPolicy, Line, Site
from numbers.services.inventory import release_number
from routing.models import CompiledPlan, KnownDestination, Override
from routing.services import every_number, forwarding, notices
from routing.services.compiling import compile_customer
from routing.services.destinations import (
    DailyCapReached,
    ForbiddenDestination,
    new_among,
)
from tenants.models import AuditEvent
from tests.routing.conftest import MONDAY, facts, make_live
from tests.routing.test_left_out import (
    NEXT_DAY,
    ends_for_globex,
    forward,
    goes_to,
)
from tests.support.mails import send_due
from vms_portal.kernel.local_time import local_date

migration = importlib.import_module("routing.migrations.0014_destinations_as_of_a_day")
PORTED = "+3225501277"
DAY = dt.timedelta(days=1)


def divert(number, editor, destination, now):
    forwarding.divert(
        numbers=[number], destination=destination, until=None, member=editor, now=now
    )


def left_out(number, now):
    compile_customer(number.tenant, now=now)
    return CompiledPlan.objects.get(number=number).left_out


@pytest.fixture
def ported(number, editor, contract, site, make_number):
    """A number they diverted to once, when it was no number of theirs."""
    divert(number, editor, PORTED, MONDAY - 30 * DAY)
    forwarding.end_divert(number=number, member=editor, now=MONDAY - 29 * DAY)
    return make_number(contract, site, PORTED, activated_on=(MONDAY - 20 * DAY).date())


def test_a_number_used_before_it_was_theirs_is_not_called_after_it_ended(
    number, ported, editor, staff, acme, globex, make_contract, make_number
):
    make_live(number, forward(PORTED), editor)
    ends_for_globex(ported, staff, globex, make_contract, make_number)
    assert left_out(number, NEXT_DAY) == {PORTED: "ended_number"}
    assert goes_to(number, at=NEXT_DAY) == "line"
    assert new_among([PORTED], acme, NEXT_DAY.date()) == [PORTED]


def test_a_number_chosen_again_after_it_ended_is_an_outside_one(
    number, ported, editor, staff, acme
):
    release_number(number=ported, last_day=MONDAY.date(), actor=staff)
    told = KnownDestination.objects.get(e164=PORTED)
    KnownDestination.objects.update(announced_at=MONDAY)
    divert(number, editor, PORTED, NEXT_DAY)
    again = KnownDestination.objects.get(e164=PORTED)
    assert (again.pk, again.first_used_at) == (told.pk, NEXT_DAY)
    assert again.announced_at is None
    assert AuditEvent.objects.filter(action="destination.added").count() == 2
    assert left_out(number, NEXT_DAY) == {}
    assert goes_to(number, at=NEXT_DAY) == PORTED
    assert new_among([PORTED], acme, NEXT_DAY.date()) == []


def test_a_plan_published_before_the_last_day_makes_nothing_known(
    number, second, editor, staff, acme
):
    make_live(number, forward(second.e164), editor)
    last = MONDAY + 10 * DAY
    release_number(number=second, last_day=last.date(), actor=staff)
    document = forward(second.e164)
    document["nodes"]["f"]["label"] = "To sales"
    make_live(number, document, editor, now=MONDAY + DAY)
    assert not KnownDestination.objects.filter(e164=second.e164).exists()
    assert left_out(number, last) == {}
    assert left_out(number, last + DAY) == {second.e164: "ended_number"}


def test_a_number_that_comes_back_later_is_not_called_in_between(
    number, second, editor, staff, contract, site, make_number
):
    make_live(number, forward(second.e164), editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    back = NEXT_DAY + 10 * DAY
    make_number(contract, site, second.e164, activated_on=back.date())
    for now in (NEXT_DAY, back - DAY):
        assert left_out(number, now) == {second.e164: "ended_number"}
        assert goes_to(number, at=now) == "line"
        assert not facts(number, now).may_send_to(second.e164)
    assert left_out(number, back) == {}
    assert facts(number, back).may_send_to(second.e164)


def test_a_site_line_that_is_theirs_again_later_is_not_called_in_between(
    number, second, editor, staff, acme, contract, site, make_number
):
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164=second.e164, is_main=True)
    make_live(number, forward("site:liege"), editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    back = NEXT_DAY + 10 * DAY
    make_number(contract, site, second.e164, activated_on=back.date())
    assert left_out(number, NEXT_DAY) == {"site:liege": "ended_number"}
    assert not facts(number, NEXT_DAY).may_send_to("site:liege")


def test_a_number_of_theirs_is_new_before_its_first_day_only(
    number, editor, acme, contract, site, make_number
):
    make_number(contract, site, PORTED, activated_on=NEXT_DAY.date())
    assert new_among([PORTED], acme, MONDAY.date()) == [PORTED]
    assert new_among([PORTED], acme, NEXT_DAY.date()) == []
    divert(number, editor, PORTED, MONDAY)
    assert KnownDestination.objects.get().e164 == PORTED


def test_numbers_that_begin_later_count_against_the_cap(
    number, editor, acme, contract, site, make_number
):
    DestinationPolicy.objects.create(tenant=acme, daily_cap=1)
    for digits in (PORTED, "+3225501278"):
        make_number(contract, site, digits, activated_on=NEXT_DAY.date())
    divert(number, editor, PORTED, MONDAY)
    with pytest.raises(DailyCapReached):
        divert(number, editor, "+3225501278", MONDAY)


def test_a_plan_for_a_later_day_is_judged_as_of_that_day(
    editor, acme, contract, site, make_number
):
    later = make_number(contract, site, PORTED, activated_on=NEXT_DAY.date())
    other = make_number(contract, site, "+3225501278", activated_on=NEXT_DAY.date())
    make_live(later, forward(other.e164), editor)
    assert not KnownDestination.objects.exists()


def test_a_number_chosen_for_after_its_last_day_is_an_outside_one_by_then(
    second, editor, staff, acme, contract, site, make_number
):
    begins = MONDAY + 10 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    release_number(number=second, last_day=(MONDAY + 5 * DAY).date(), actor=staff)
    make_live(later, forward(second.e164), editor)
    assert AuditEvent.objects.filter(action="destination.added").count() == 1
    assert left_out(later, begins) == {}
    assert goes_to(later, at=begins) == second.e164
    assert new_among([second.e164], acme, begins.date()) == []


def test_a_number_chosen_for_a_later_day_is_not_called_before_it(
    number, second, editor, staff, acme, contract, site, make_number
):
    """Between its last day and that one its digits may be another customer's."""
    make_live(number, forward(second.e164), editor)
    release_number(number=second, last_day=(MONDAY + 2 * DAY).date(), actor=staff)
    begins, between = MONDAY + 60 * DAY, MONDAY + 10 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    make_live(later, forward(second.e164), editor)
    assert left_out(number, between) == {second.e164: "ended_number"}
    assert not facts(number, between).may_send_to(second.e164)
    assert new_among([second.e164], acme, between.date()) == [second.e164]
    # As of a day without reading anew, and from that day on.
    assert facts(number, MONDAY).as_of(between.date()).shared.ended == [second.e164]
    assert facts(number, between).as_of(begins.date()).shared.ended == []
    assert left_out(number, begins) == {}
    # Whoever asks for it before, as any new destination, has it from then on.
    divert(number, editor, second.e164, between)
    assert left_out(number, between) == {}
    assert left_out(later, begins) == {}


def test_a_later_plan_calls_no_number_that_ended_before(
    number, second, editor, staff, contract, site, make_number
):
    """Its digits may be another customer's by now; who chose them chose a later day."""
    make_live(number, forward(second.e164), editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    now, begins = MONDAY + 10 * DAY, MONDAY + 60 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    make_live(later, forward(second.e164), editor, now=now)
    assert left_out(number, now) == {second.e164: "ended_number"}
    assert left_out(number, begins) == left_out(later, begins) == {}


def test_one_chosen_for_a_later_day_counts_on_that_day_alone(
    number, second, editor, staff, acme, contract, site, make_number
):
    DestinationPolicy.objects.create(tenant=acme, daily_cap=1)
    begins = MONDAY + 10 * DAY
    later = make_number(contract, site, PORTED, activated_on=begins.date())
    release_number(number=second, last_day=(MONDAY + 5 * DAY).date(), actor=staff)
    make_live(later, forward(second.e164), editor)
    divert(number, editor, "+3225501278", MONDAY + DAY)
    with pytest.raises(DailyCapReached):
        divert(number, editor, "+3225501279", MONDAY + DAY)


@pytest.mark.parametrize("ends", [False, True])
def test_a_dispatcher_diverts_to_a_number_of_theirs_that_will_end(
    ends, number, second, operator_member, staff, client
):
    if ends:
        last = timezone.now().date() + 90 * DAY
        release_number(number=second, last_day=last, actor=staff)
    client.force_login(operator_member.user)
    answer = client.post(
        reverse("routing:divert", args=[number.pk]),
        {"to": "", "other": "02 550 12 01", "until": "1h"},
    )
    assert answer.status_code == 302
    assert Override.objects.get().destination == second.e164


def test_a_dispatcher_does_not_divert_to_one_that_ended(
    number, second, operator_member, staff
):
    """The control: it is anybody's number now."""
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    with pytest.raises(ForbiddenDestination):
        divert(number, operator_member, second.e164, NEXT_DAY)


def test_the_safety_destination_may_be_a_number_that_ended(
    number, second, editor, staff, contract, site, make_number
):
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    with pytest.raises(ForbiddenDestination, match="01"):
        every_number.set_safety_destination(
            destination=second.e164, member=editor, now=MONDAY
        )
    every_number.set_safety_destination(
        destination=second.e164, member=editor, now=NEXT_DAY
    )
    assert left_out(number, NEXT_DAY) == {}
    later = make_number(contract, site, PORTED, activated_on=(NEXT_DAY + DAY).date())
    with pytest.raises(ForbiddenDestination):
        every_number.set_safety_destination(
            destination=later.e164, member=editor, now=NEXT_DAY
        )


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


ACTS = {
    "divert": lambda number, member, now: divert(number, member, "site:liege", now),
    "plan": lambda number, member, now: make_live(
        number, forward("site:liege"), member, now=now
    ),
    "safety": lambda number, member, now: every_number.set_safety_destination(
        destination="site:liege", member=member, now=now
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_site_whose_line_is_not_theirs_yet_is_a_new_destination(
    act, number, editor, acme, liege
):
    """As its digits are: noted once, counted, told."""
    now = timezone.now()
    act(number, editor, now)
    assert KnownDestination.objects.get().e164 == PORTED
    assert left_out(number, now) == {}
    later = (now + 40 * DAY).date()
    assert new_among(["site:liege"], acme) == []
    KnownDestination.objects.all().delete()
    # The controls: from its first day on it is theirs, before it is new.
    assert new_among(["site:liege"], acme, later) == []
    assert new_among(["site:liege"], acme) == [PORTED]
    DestinationPolicy.objects.create(tenant=acme, daily_cap=0)
    with pytest.raises(DailyCapReached):
        divert(number, editor, "site:liege", now + DAY)


@pytest.mark.parametrize("begins_in", [30, -1])
def test_a_dispatcher_diverts_to_no_site_whose_line_is_not_theirs_yet(
    begins_in, client, number, operator_member, acme, contract, make_number
):
    """By the page and by the API; the control is a line of theirs."""
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164=PORTED, is_main=True)
    first = timezone.now().date() + begins_in * DAY
    make_number(contract, liege, PORTED, activated_on=first)
    client.force_login(operator_member.user)
    url = reverse("routing:divert", args=[number.pk])
    sent = {"to": "site:liege", "other": "", "until": "1h"}
    answer = client.post(url, sent)
    assert answer.status_code == (422 if begins_in > 0 else 302)
    assert Override.objects.exists() is (begins_in < 0)


def test_who_diverts_to_such_a_site_signs_in_again(client, number, editor, liege):
    editor.user.set_password("a-long-enough-secret")
    editor.user.save()
    client.force_login(editor.user)
    url = reverse("routing:divert", args=[number.pk])
    asked = client.post(url, {"to": "site:liege", "other": "", "until": "1h"})
    assert "reauthenticate" in asked["Location"]
    assert not Override.objects.exists()
