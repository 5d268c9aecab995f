"""A new outside destination is told to the administrators, and so many a day."""

import datetime as dt

import pytest
from django.core import mail

from numbers.models import DestinationPolicy
from routing import tasks
from routing.models import KnownDestination
from routing.refusals import sentence
from routing.services.destinations import CoolingOff, DailyCapReached, remember
from tests.routing.conftest import MOBILE, MONDAY, make_live, ring
from tests.support import refusing_mail
from tests.support.diversions import HOUR, divert
from tests.support.mails import send_due


def test_a_new_external_destination_is_noted_once_and_told_to_admins(
    number, editor, admin
):
    divert([number], editor)
    tasks.announce_destinations(number.tenant_id)
    divert([number], editor)
    tasks.announce_destinations(number.tenant_id)
    send_due()

    assert KnownDestination.objects.get().e164 == MOBILE
    assert [message.to for message in mail.outbox] == [[admin.user.email]]
    assert "+32 470 11 22 33" in mail.outbox[0].subject


def test_the_sweeper_announces_what_a_dead_redis_did_not_queue(
    number, editor, admin, at_once
):
    # The test's transaction never commits, so nothing was queued.
    divert([number], editor)
    assert not mail.outbox

    tasks.sweep_announcements()
    tasks.sweep_announcements()
    send_due()
    assert [message.to for message in mail.outbox] == [[admin.user.email]]
    assert KnownDestination.objects.get().announced_at is not None


def test_an_admin_without_a_mailbox_keeps_nobody_from_hearing_once(
    number, editor, admin, make_member, settings
):
    settings.EMAIL_BACKEND = refusing_mail.BACKEND
    gone = make_member(number.tenant, "admin").user
    gone.email = refusing_mail.GONE
    gone.save()
    divert([number], editor)

    tasks.announce_destinations(number.tenant_id)
    for _turn in range(2):
        send_due()
    assert [message.to for message in mail.outbox] == [[admin.user.email]]


def test_an_admin_who_was_disabled_hears_of_no_destination(
    number, editor, admin, make_member
):
    gone = make_member(number.tenant, "admin").user
    gone.is_active = False
    gone.save()
    divert([number], editor)
    tasks.announce_destinations(number.tenant_id)
    send_due()
    assert [message.to for message in mail.outbox] == [[admin.user.email]]


def test_the_daily_cap_on_new_destinations(number, editor):
    minutes = [MONDAY + HOUR * n / 30 for n in range(22)]
    for last in range(20):
        destination = f"+324701122{last:02}"
        divert([number], editor, destination, None, minutes[last])
    with pytest.raises(DailyCapReached, match="20"):
        divert([number], editor, "+32470113399", None, minutes[20])
    # Known ones stay usable.
    divert([number], editor, "+32470112200", None, minutes[21])


@pytest.mark.parametrize(
    ("cap", "used", "asked", "words"),
    [
        (20, 15, 6, "This names 6 new outside destinations, and your organisation"),
        (20, 15, 6, "use 5 more today: name fewer"),
        (20, 20, 2, "Your organisation used all 20 new outside destinations of today"),
        (5, 7, 1, "Your organisation used all 5 new outside destinations of today"),
        (1, 1, 1, "Your organisation used the 1 new outside destination of today"),
        (1, 0, 2, "This names 2 new outside destinations, more than your organisation"),
        (1, 1, 2, "may begin to use on any day (1): name fewer"),
        (0, 0, 1, "Your organisation may use no new outside destinations: choose"),
    ],
)
def test_the_cap_says_what_is_left_and_what_the_act_names(
    number, editor, acme, cap, used, asked, words
):
    DestinationPolicy.objects.create(tenant=acme, daily_cap=cap)
    for last in range(used):
        KnownDestination.objects.create(
            tenant=acme,
            e164=f"+324701122{last:02}",
            first_used_at=MONDAY - HOUR,
            added_by=editor.user,
        )
    named = [f"+324701133{last:02}" for last in range(asked)]
    with pytest.raises(DailyCapReached) as refused:
        remember(named, member=editor, now=MONDAY)
    assert words in sentence(refused.value)
    if 0 < asked - 1 <= cap - used:
        # The control: as many as are left.
        assert remember(named[1:], member=editor, now=MONDAY) == named[1:]


def test_who_began_later_and_was_faster_counts_against_the_cap(number, editor, acme):
    """Acts take their moment first and then wait for their turn."""
    DestinationPolicy.objects.create(tenant=acme, daily_cap=1)
    moment = dt.timedelta(milliseconds=5)
    divert([number], editor, "+32470112201", None, MONDAY + moment)
    with pytest.raises(DailyCapReached):
        divert([number], editor, "+32470112202", None, MONDAY)


def test_who_began_later_and_was_faster_counts_in_the_short_while(number, editor):
    moment = dt.timedelta(milliseconds=5)
    for last in range(10):
        divert([number], editor, f"+324701122{last:02}", None, MONDAY + moment)
    with pytest.raises(CoolingOff):
        divert([number], editor, "+32470113399", None, MONDAY)


def test_many_new_destinations_in_a_short_while_wait(number, editor):
    second = HOUR / 3600
    for last in range(10):
        destination = f"+324701122{last:02}"
        divert([number], editor, destination, None, MONDAY + second * last)
    with pytest.raises(CoolingOff) as refused:
        divert([number], editor, "+32470113399", None, MONDAY + HOUR / 6)
    assert refused.value.until == MONDAY + HOUR / 4
    divert([number], editor, "+32470112200", None, MONDAY + HOUR / 6)
    divert([number], editor, "+32470113399", None, MONDAY + HOUR / 4)


def test_a_first_plan_names_as_many_as_the_day_allows_and_the_next_waits(
    number, second, editor
):
    document = ring(MOBILE)
    for last in range(11):
        more = {"destination": f"+324701133{last:02}", "ring_s": 5}
        document["nodes"]["r1"]["targets"].append(more)
    make_live(number, document, editor)
    with pytest.raises(CoolingOff):
        make_live(second, ring("+32470999999"), editor)
