"""Diverting: at once, for a while, and back by itself."""

import datetime as dt

import pytest
from django.core import mail

from numbers.models import DestinationPolicy
from routing import tasks
from routing.decisions.facts import CustomerRouting
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import KnownDestination, Override, Redirection
from routing.selectors import offered_destinations
from routing.services import forwarding
from routing.services.destinations import (
    CoolingOff,
    DailyCapReached,
    ForbiddenDestination,
)
from tenants.models import AuditEvent, Member, User
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support import refusing_mail
from tests.support.mails import send_due

HOUR = dt.timedelta(hours=1)


def divert(numbers, member, destination=MOBILE, until=MONDAY + HOUR, now=MONDAY):
    return forwarding.divert(
        numbers=numbers, destination=destination, until=until, member=member, now=now
    )


def goes_to(number, at):
    found = simulate_number(number, facts(number, at), caller="+32475000000")
    return found["destination"]


def test_a_diversion_holds_until_its_minute(number, editor):
    divert([number], editor, "0470 11 22 33")

    assert goes_to(number, MONDAY) == MOBILE
    assert goes_to(number, MONDAY + HOUR - dt.timedelta(seconds=1)) == MOBILE
    # No worker ran: the decision itself looks at the time.
    assert goes_to(number, MONDAY + HOUR) == "line"
    assert Override.objects.get().ended_at is None


def test_the_sentence_says_where_and_until_when(number, editor):
    divert([number], editor)
    found = where_now(number, facts(number, MONDAY))
    assert found.state == "diverted"
    assert "+32 470 11 22 33" in found.sentence
    assert "11:15" in found.sentence  # Brussels
    assert where_now(number, facts(number, MONDAY + HOUR)).state == "normal"


def test_a_new_diversion_replaces_the_one_in_force(number, editor):
    divert([number], editor)
    divert([number], editor, "+32470999999")
    assert goes_to(number, MONDAY) == "+32470999999"
    assert Override.objects.filter(ended_at=None).count() == 1


def test_ending_twice_is_told(number, editor):
    divert([number], editor)
    forwarding.end_divert(number=number, member=editor, now=MONDAY)
    assert goes_to(number, MONDAY) == "line"
    with pytest.raises(forwarding.NothingToEnd):
        forwarding.end_divert(number=number, member=editor, now=MONDAY)


@pytest.mark.parametrize(
    "destination", ["112", "1 1 2", "00900123456", "+32 900 12 34", "+33612345678", ""]
)
def test_the_destination_policy_holds(number, editor, destination):
    with pytest.raises(ForbiddenDestination):
        divert([number], editor, destination)
    assert not Override.objects.exists()


def test_two_numbers_cannot_be_sent_to_each_other(number, second, editor):
    divert([number], editor, second.e164)
    with pytest.raises(forwarding.DivertRefused) as caught:
        divert([second], editor, number.e164)
    assert {p.code for p in caught.value.problems} == {"loop_across_numbers"}


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


def test_an_expired_override_is_recorded_and_its_author_told_after_it(
    number, editor, at_once, django_capture_on_commit_callbacks
):
    long_ago = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
    divert([number], editor, until=long_ago + HOUR, now=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.end_expired_overrides()
        # Nobody who diverts the number anew waits for a mail server.
        assert not mail.outbox
    override = Override.objects.get()
    assert override.ended_at == override.until
    tasks.tell_expired(override.tenant_id, override.pk)
    assert mail.outbox[-1].to == [editor.user.email]


@pytest.mark.parametrize(
    "lost",
    [
        lambda who: Member.objects.filter(pk=who.pk).update(is_active=False),
        lambda who: User.objects.filter(pk=who.user_id).update(is_active=False),
        lambda who: Member.objects.filter(pk=who.pk).update(sees_all_numbers=False),
    ],
    ids=["removed", "disabled", "narrowed"],
)
def test_who_no_longer_sees_the_number_hears_nothing_of_it(
    number, editor, at_once, lost
):
    long_ago = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
    divert([number], editor, until=long_ago + HOUR, now=long_ago)
    lost(editor)
    tasks.end_expired_overrides()
    override = Override.objects.get()
    tasks.tell_expired(override.tenant_id, override.pk)
    assert not [m for m in mail.outbox if m.to == [editor.user.email]]
    override.refresh_from_db()
    assert (override.ended_at, override.is_untold) == (override.until, False)


@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_lost_task_still_tells_that_a_diversion_ended_and_once(
    number, editor, is_replaced, at_once
):
    """Nothing that was queued after the commit ever ran."""
    divert([number], editor, until=MONDAY + HOUR, now=MONDAY)
    if is_replaced:
        divert([number], editor, "+32470999999", until=None, now=MONDAY + 2 * HOUR)
    else:
        forwarding.end_expired(now=MONDAY + 2 * HOUR)
    mail.outbox.clear()
    for _round in range(2):
        tasks.sweep_announcements()
    told = [m for m in mail.outbox if "has ended" in m.subject]
    assert [m.to for m in told] == [[editor.user.email]]
    tasks.tell_expired(number.tenant_id, Override.objects.latest("pk").pk)
    assert [m for m in mail.outbox if "has ended" in m.subject] == told


def test_a_mail_that_fails_is_told_by_the_next_round(number, editor, at_once, settings):
    divert([number], editor, until=MONDAY + HOUR, now=MONDAY)
    forwarding.end_expired(now=MONDAY + 2 * HOUR)
    settings.EMAIL_BACKEND = "tests.routing.test_forwarding.NoServer"
    ended = Override.objects.get()
    with pytest.raises(OSError, match="no mail server"):
        tasks.tell_expired.run(ended.tenant_id, ended.pk)
    ended.refresh_from_db()
    assert ended.is_untold


class NoServer:
    def __init__(self, **options: object) -> None:
        pass

    def send_messages(self, messages: object) -> int:
        raise OSError("no mail server")


def test_an_ended_diversion_that_is_replaced_first_is_recorded_and_told_once(
    number, editor, admin, at_once, django_capture_on_commit_callbacks
):
    long_ago = dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC)
    divert([number], editor, until=long_ago + HOUR, now=long_ago)
    ended = Override.objects.get()
    with django_capture_on_commit_callbacks() as queued:
        divert([number], admin, now=long_ago + 2 * HOUR)
    (work,) = [act.work for act in queued if act.work[0] == tasks.tell_expired.delay]
    tasks.tell_expired(*work[1])
    ended.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.end_expired_overrides()  # of the second
    tasks.tell_expired(number.tenant_id, Override.objects.earliest("pk").pk)

    assert (ended.ended_at, ended.ended_by) == (ended.until, None)
    expired = AuditEvent.objects.filter(action="number.divert_expired")
    assert [event.actor_name for event in expired] == ["expiry", "expiry"]
    assert [message.to for message in mail.outbox] == [
        [editor.user.email],
        [admin.user.email],
    ]


def test_a_diversion_replaced_before_its_end_did_not_expire(number, editor):
    divert([number], editor)
    divert([number], editor, "+32470999999")
    assert not AuditEvent.objects.filter(action="number.divert_expired").exists()


def test_the_continuity_switch(continuity_number, editor):
    forwarding.set_redirection(
        number=continuity_number,
        kind="cfu",
        destination=MOBILE,
        until=MONDAY + HOUR,
        member=editor,
        now=MONDAY,
    )
    assert goes_to(continuity_number, MONDAY) == MOBILE
    assert goes_to(continuity_number, MONDAY + HOUR) == "line"

    forwarding.switch_off(
        number=continuity_number, kind="cfu", member=editor, now=MONDAY
    )
    assert goes_to(continuity_number, MONDAY) == "line"
    assert Redirection.objects.get().destination == MOBILE  # stays prepared


def test_only_voice_continuity_numbers_have_the_switch(number, editor):
    with pytest.raises(forwarding.WrongOption):
        forwarding.set_redirection(
            number=number, kind="cfu", destination=MOBILE, member=editor, now=MONDAY
        )


@pytest.mark.parametrize("count", [1, 6])
def test_a_customers_world_takes_a_fixed_number_of_queries(
    contract, site, make_number, django_assert_num_queries, count
):
    for last in range(count):
        make_number(contract, site, f"+322550130{last}")
    with django_assert_num_queries(5):
        customer = CustomerRouting(contract.tenant, MONDAY)
        for number in customer.numbers:
            customer.world(number, ring("line"))


def test_the_world_of_one_number_leaves_out_numbers_it_cannot_reach(
    number, second, editor, django_assert_num_queries
):
    make_live(number, ring(MOBILE), editor)
    divert([second], editor)
    with django_assert_num_queries(5):
        alone = CustomerRouting(number.tenant, MONDAY, only=number).world(number)
    whole = CustomerRouting(number.tenant, MONDAY).world(number)
    assert second.e164 in whole["numbers"]
    assert alone == {**whole, "numbers": {}}


def test_the_world_of_one_number_is_whole_as_soon_as_it_leads_to_another(
    number, second, editor
):
    divert([second], editor)
    make_live(number, ring(second.e164), editor)
    alone = CustomerRouting(number.tenant, MONDAY, only=number).world(number)
    assert alone == CustomerRouting(number.tenant, MONDAY).world(number)
    assert alone["numbers"][second.e164]["override"]["destination"] == MOBILE


def test_the_last_destinations_are_offered_the_newest_first(number, editor):
    used = [f"+3247011220{n}" for n in range(7)]
    for hours, destination in enumerate(used):
        at = MONDAY + hours * HOUR
        divert([number], editor, destination, until=at + HOUR, now=at)
    customer = CustomerRouting(number.tenant, MONDAY, only=number)
    newest = used[:1:-1]
    assert customer.last_destinations() == newest
    assert customer.shared.known == used[::-1]
    offered = offered_destinations(editor, [number], customer)
    assert offered == offered_destinations(editor, [number], facts(number, MONDAY))
    assert offered[:5] == newest


def test_a_member_with_narrowed_rights_sees_their_overrides_only(
    number, second, editor, acme, make_member
):
    divert([number, second], editor)
    narrowed = make_member(acme, "operator", sees_all_numbers=False)
    narrowed.access.create(tenant=acme, number=second)
    assert [o.number for o in Override.objects.visible_to(narrowed)] == [second]
