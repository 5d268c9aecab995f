"""The mail about a new destination says whether calls go there now."""

import datetime as dt

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber, Line, Site
from routing import tasks
from routing.models import CompiledPlan, KnownDestination
from routing.services import every_number, forwarding
from routing.services.compiling import compile_customer
from tests.routing.conftest import MOBILE, make_live, ring
from tests.routing.test_diverting_the_suspended import suspend
from tests.routing.test_mailboxes import voicemail
from tests.support.diversions import divert
from tests.support.mails import send_due
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.web.addresses import portal_address

OTHER = "+32470999999"
NUMBERS = {MOBILE: "+32 470 11 22 33", OTHER: "+32 470 99 99 99"}
NOT_NOW = "That sends no calls there now; when it does, no other mail follows."


def told(number) -> str:
    """The one mail to the administrators, once the worker wrote it."""
    tasks.announce_destinations(number.tenant_id)
    (message,) = send_due()
    return str(message.body)


def prepared(destination) -> str:
    return f"chose {NUMBERS[destination]} for calls of Acme SA for the first time"


def sent(destination) -> str:
    return f"sent calls of Acme SA to {NUMBERS[destination]} for the first time"


def page_of(number) -> str:
    return portal_address("routing:number_detail", number.pk)


def set_up(number, member, *, is_on=False, **places) -> None:
    values = {"kind": "cfu", "destination": MOBILE, **places}
    forwarding.set_redirection(
        number=number, member=member, now=timezone.now(), is_on=is_on, **values
    )


def begin_later(number) -> GeographicNumber:
    first = local_date(timezone.now()) + dt.timedelta(days=7)
    GeographicNumber.objects.filter(pk=number.pk).update(activated_on=first)
    CompiledPlan.objects.filter(number=number).delete()
    number.option_periods.update(starts_on=first)
    return GeographicNumber.objects.get(pk=number.pk)


@pytest.mark.parametrize("days", ["in service", "later"])
@pytest.mark.parametrize("place", ["destination", "backup"])
def test_what_is_only_prepared_is_told_as_such(
    continuity_number, second, editor, admin, days, place
):
    number = continuity_number
    if days == "later":
        number = begin_later(number)
    other = {"destination": "line", "backup": MOBILE} if place == "backup" else {}
    set_up(number, editor, **other)
    text = told(number)
    assert prepared(MOBILE) in text
    assert NOT_NOW in text
    assert "sent calls" not in text
    assert page_of(number) in text


def test_what_is_switched_on_before_the_mail_is_told_as_sent(
    continuity_number, editor, admin
):
    """The control."""
    set_up(continuity_number, editor)
    set_up(continuity_number, editor, is_on=True)
    text = told(continuity_number)
    assert sent(MOBILE) in text
    assert NOT_NOW not in text
    assert page_of(continuity_number) in text


def test_a_plan_of_a_number_that_begins_later_sends_no_calls(
    number, second, editor, admin
):
    make_live(begin_later(number), ring(MOBILE), editor, now=timezone.now())
    text = told(number)
    assert prepared(MOBILE) in text
    assert page_of(number) in text


@pytest.mark.parametrize("is_suspended", [True, False])
def test_a_diversion_of_a_suspended_number_sends_no_calls(
    number, second, editor, admin, is_suspended
):
    if is_suspended:
        suspend(number)
    divert([number], editor, until=None, now=timezone.now())
    text = told(number)
    assert (prepared(MOBILE) in text) == is_suspended
    assert (sent(MOBILE) in text) != is_suspended
    assert page_of(number) in text


@pytest.mark.parametrize("mailbox", ["Desk@Acme.example", '"front desk"@acme.example'])
def test_a_mailbox_of_a_live_plan_is_told_as_sent(
    number, second, library, editor, admin, mailbox
):
    make_live(number, voicemail(mailbox), editor, now=timezone.now())
    text = told(number)
    assert f"sent calls of Acme SA to {mailbox.lower()} for the first time" in text
    assert page_of(number) in text


def test_digits_that_are_theirs_until_then_are_not_called_yet(
    number, second, continuity_number, editor, admin
):
    """They end before the redirection begins: they are new as of its first day."""
    last = local_date(timezone.now()) + dt.timedelta(days=2)
    later = begin_later(continuity_number)
    GeographicNumber.objects.filter(pk=second.pk).update(released_on=last)
    compile_customer(number.tenant, now=timezone.now())
    set_up(later, editor, destination=second.e164)
    text = told(later)
    assert "chose +32 2 550 12 01 for calls" in text
    assert "sent calls" not in text


def test_one_mail_parts_what_is_called_from_what_is_prepared(
    number, continuity_number, editor, admin
):
    divert([number], editor, until=None, now=timezone.now())
    set_up(continuity_number, editor, destination=OTHER)
    first, second = told(number).split(f" {page_of(number)}")
    assert sent(MOBILE) in first
    assert NUMBERS[OTHER] not in first
    assert prepared(OTHER) in second
    assert page_of(continuity_number) in second


def test_digits_that_a_site_rings_lead_to_the_number_that_names_the_site(
    acme, continuity_number, second, editor, admin
):
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    Line.objects.create(tenant=acme, site=gent, e164=MOBILE)
    set_up(continuity_number, editor, destination="site:gent")
    KnownDestination.objects.create(
        tenant=acme, e164=MOBILE, first_used_at=timezone.now(), added_by=editor.user
    )
    text = told(continuity_number)
    assert prepared(MOBILE) in text
    assert page_of(continuity_number) in text


def test_a_safety_destination_without_a_number_is_called_by_nobody(acme, editor, admin):
    every_number.set_safety_destination(
        destination=MOBILE, member=editor, now=timezone.now()
    )
    tasks.announce_destinations(acme.pk)
    (message,) = send_due()
    assert prepared(MOBILE) in message.body
    assert portal_address("numbers:number_list") in message.body
