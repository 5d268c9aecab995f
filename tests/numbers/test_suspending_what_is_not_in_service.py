"""Suspending, resuming and moving numbers that ended or begin later."""

import datetime as dt
import html

import pytest
from django.utils import timezone

from contracts.models import Contract
from numbers.models import GeographicNumber, Line, Site
from numbers.services import stopping
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now
from tests.numbers.test_admin import change
from tests.support.mails import send_due
from tests.support.numbers_office import NUMBERS, actions
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date

DAY = dt.timedelta(days=1)
ENDED, LATER = "+3225501277", "+3225501278"
LEFT_OUT = "1 number has ended and is left out."


@pytest.fixture
def today() -> dt.date:
    return local_date(timezone.now())


@pytest.fixture
def rows(contract, site, make_number, number, today) -> list[GeographicNumber]:
    """One in service, one that ended 20 days ago, one that begins in 20 days."""
    days = {"activated_on": today - 40 * DAY, "released_on": today - 20 * DAY}
    ended = make_number(contract, site, ENDED, **days)
    later = make_number(contract, site, LATER, activated_on=today + 20 * DAY)
    return [number, ended, later]


def post(office, action, numbers, **answer) -> str:
    sent = {"action": action, "_selected_action": [one.pk for one in numbers]}
    return html.unescape(office.post(NUMBERS, sent | answer, follow=True).text)


def do(office, action, numbers) -> str:
    return post(office, action, numbers, confirmed="on", reason="unpaid")


def suspended(numbers) -> list[bool]:
    fresh = GeographicNumber.objects.in_bulk([number.pk for number in numbers])
    return [fresh[number.pk].suspended_at is not None for number in numbers]


def test_what_ended_is_neither_suspended_nor_resumed(office, rows, admin, today):
    begins = f"in service from {day_words(today + 20 * DAY)}"
    asked = post(office, "suspend", rows)
    assert "Calls to 1 number are not connected any more, at once." in asked
    assert "1 number is not in service yet, and begins suspended." in asked
    assert LEFT_OUT in asked
    assert f"+32 2 550 12 78 · Acme SA · {begins}" in asked
    done = do(office, "suspend", rows)
    assert "2 numbers are suspended." in done
    assert LEFT_OUT in done
    assert suspended(rows) == [True, False, True]

    asked = post(office, "resume", rows)
    assert "Calls to 1 number are connected again, at once." in asked
    assert "calls to it are connected from its first day." in asked
    assert LEFT_OUT in asked
    done = do(office, "resume", rows)
    assert "1 number is back in service." in done
    assert "1 number is no longer suspended, and not in service yet." in done
    assert LEFT_OUT in done
    assert suspended(rows) == [False, False, False]

    stopped, back = send_due()
    assert stopped.subject == "2 numbers of Acme SA are suspended"
    assert back.subject == "2 numbers of Acme SA are no longer suspended"
    for mail in (stopped, back):
        assert "- +32 2 550 12 00\n" in mail.body
        assert f"- +32 2 550 12 78 ({begins})\n" in mail.body
        assert "12 77" not in mail.body
        assert "connected again" not in mail.body


def test_one_that_ended_suspended_stays_as_it_is(office, rows, admin):
    ended = rows[1]
    GeographicNumber.objects.filter(pk=ended.pk).update(suspended_at=timezone.now())
    for action in ("resume", "suspend"):
        told = do(office, action, [ended])
        assert LEFT_OUT in told
        assert "nothing changes for" not in told
    assert suspended([ended]) == [True]
    assert (actions(), send_due()) == ([], [])


def test_one_that_ended_since_the_question_is_left_out(rows, staff, admin, today):
    """By the service itself: its last day passed meanwhile."""
    given = {"reason": "x", "actor": staff, "now": timezone.now()}
    done = stopping.suspend_numbers(numbers=rows, **given)
    assert [one.e164 for one in done] == [rows[0].e164, LATER]
    GeographicNumber.objects.filter(pk=rows[0].pk).update(released_on=today - DAY)
    done = stopping.resume_numbers(numbers=rows, **given)
    assert [one.e164 for one in done] == [LATER]


def test_the_last_day_is_in_service(office, number, admin, today):
    GeographicNumber.objects.filter(pk=number.pk).update(released_on=today)
    assert "1 number is suspended." in do(office, "suspend", [number])
    assert "1 number is back in service." in do(office, "resume", [number])
    _stopped, back = send_due()
    assert back.subject == "1 number of Acme SA is back in service"
    assert "are connected again" in back.body


def test_one_that_waits_for_its_contract_is_not_in_service(office, number, admin):
    Contract.objects.filter(pk=number.contract_id).update(
        state="draft", activated_on=None
    )
    asked = post(office, "suspend", [number])
    assert "+32 2 550 12 00 · Acme SA · not in service yet" in asked
    assert "connected any more" not in asked
    assert "1 number waits for its contract, and begins suspended: calls that" in asked
    assert "is not in service yet, and begins" not in asked
    do(office, "suspend", [number])
    # Its plan is served before the contract begins: so it is with a diversion.
    routing = CustomerRouting(number.tenant, timezone.now())
    number.refresh_from_db()
    stopped = where_now(number, routing).sentence
    assert stopped == "Suspended: calls are not connected."
    asked = post(office, "resume", [number])
    assert "connected again" not in asked
    assert "calls that come to it are connected from now on" in asked
    assert "from its first day" not in asked
    assert "back in service" not in do(office, "resume", [number])
    for mail in send_due():
        assert "- +32 2 550 12 00 (not in service yet)" in mail.body


@pytest.mark.parametrize(
    ("which", "is_suspended", "words"),
    [
        (0, False, " rings +32 9 250 13 00 of Gent at once."),
        (0, True, " is suspended: once it is resumed, it rings +32 9 250 13 00 of"),
        (1, False, " has ended: calls to it ring no line of Gent."),
        (1, True, " has ended: calls to it ring no line of Gent."),
        (2, False, " rings +32 9 250 13 00 of Gent from its first day, "),
        (2, True, " is suspended: once it is resumed, it rings +32 9 250 13 00 of"),
    ],
)
def test_who_moves_a_number_is_told_when_it_rings_there(
    office, rows, acme, today, which, is_suspended, words
):
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    Line.objects.create(tenant=acme, site=gent, e164="+3292501300", channels=8)
    number = rows[which]
    if is_suspended:
        number.suspended_at = timezone.now()
        number.save()
    asked = html.unescape(change(office, number, site=gent.pk).text)
    assert words in asked
    assert ("at once" in asked) is (number == rows[0] and not is_suspended)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "(en service à partir du "),
        ("nl", "(in gebruik vanaf "),
        ("de", "(in Betrieb ab dem "),
        ("en", "(in service from "),
    ],
)
def test_the_first_day_is_said_in_the_readers_language(
    rows, admin, staff, language, words
):
    admin.user.language = language
    admin.user.save()
    given = {"reason": "x", "actor": staff, "now": timezone.now()}
    stopping.suspend_numbers(numbers=rows[2:], **given)
    stopping.resume_numbers(numbers=rows[2:], **given)
    for mail in send_due():
        assert f"- +32 2 550 12 78 {words}" in mail.body
        assert ("suspended" in mail.subject) is (language == "en")


@pytest.mark.parametrize("begins", [None, 3])
def test_who_moves_one_that_waits_is_told_that_it_rings_there_at_once(
    office, number, gent, today, begins
):
    """Its calls are routed before its contract begins."""
    first = None if begins is None else today + begins * DAY
    state = "draft" if first is None else "active"
    rows = Contract.objects.filter(pk=number.contract_id)
    rows.update(state=state, activated_on=first)
    asked = html.unescape(change(office, number, site=gent.pk).text)
    assert "waits for its contract: calls that come to it ring +32 9 250 13 0" in asked
    assert "once its contract begins" not in asked
    # The control: one whose own first day is to come as well.
    number.activated_on = today + 5 * DAY
    number.save()
    asked = html.unescape(change(office, number, site=gent.pk).text)
    assert "waits for its contract" not in asked
