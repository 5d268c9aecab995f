"""Who types the digits of a site's line chooses them, whatever becomes of the line."""

import datetime as dt
import io

import pytest
from django.utils import timezone

from numbers.models import DestinationPolicy, GeographicNumber, Line
from numbers.services.importing import import_numbers
from numbers.services.stopping import end_number
from routing.decisions.facts import CustomerRouting
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan, KnownDestination
from routing.services import every_number, forwarding
from routing.services.compiling import compile_customer
from routing.tasks import announce_destinations
from tests.numbers.test_lines_chosen_again import ANSWER, page, sent
from tests.routing.conftest import make_live, ring
from tests.routing.test_prepared_destinations_told import NOT_NOW, set_up
from tests.support.ended_lines import ELSEWHERE, GONE, divert, noon
from tests.support.mails import send_due
from vms_portal.kernel.local_time import local_date


@pytest.fixture
def rung_again(fresh_office, gent, was_theirs):
    """The line of Gent, whose number ended, was chosen anew by staff."""
    Line.objects.filter(site=gent).update(e164=GONE)
    was_theirs(-60, -5)
    fresh_office.post(page(gent), sent(gent, ring_again="on", **ANSWER))
    send_due()

    def give_up() -> None:
        url = page(gent)
        fresh_office.post(url, sent(gent, line=ELSEWHERE, **ANSWER))
        assert Line.objects.get(site=gent).e164 == ELSEWHERE

    return give_up


def compiled(number) -> CompiledPlan:
    compile_customer(number.tenant, now=timezone.now())
    return CompiledPlan.objects.get(number=number)


def in_diversion(number, editor):
    divert(number, editor, timezone.now(), GONE)


def in_plan(number, editor):
    make_live(number, ring(GONE), editor, now=timezone.now())


def as_safety(number, editor):
    now = timezone.now()
    every_number.set_safety_destination(destination=GONE, member=editor, now=now)


@pytest.mark.parametrize("choose", [in_diversion, in_plan, as_safety])
def test_what_was_typed_goes_on_when_the_line_is_given_up(
    number, admin, editor, rung_again, choose
):
    choose(number, editor)
    assert send_due() == []  # Nothing new: they were told of the line.
    assert GONE in str(compiled(number).body)
    rung_again()
    after = compiled(number)
    assert GONE in str(after.body)
    assert after.left_out == {}


def test_a_site_that_was_chosen_goes_its_next_way(number, editor, rung_again):
    """The control: who names the site follows its line."""
    divert(number, editor, timezone.now())
    assert not KnownDestination.objects.filter(e164=GONE).exists()
    rung_again()
    assert GONE not in str(compiled(number).body)


def test_a_typed_line_takes_nothing_of_the_day(number, acme, editor, rung_again):
    """It is no new destination: neither of the cap nor of a while."""
    DestinationPolicy.objects.create(tenant=acme, daily_cap=1)
    in_diversion(number, editor)
    divert(number, editor, timezone.now(), "+32470112233")
    assert KnownDestination.objects.count() == 2


@pytest.fixture
def of_gent(number, gent, was_theirs):
    """A number of Gent, whose line was a number of theirs."""
    Line.objects.filter(site=gent).update(e164=GONE)
    was_theirs(-60, -5)
    GeographicNumber.objects.filter(pk=number.pk).update(site=gent)
    number.refresh_from_db()
    compile_customer(number.tenant, now=timezone.now())
    return number


def told_of_line(tenant) -> str:
    announce_destinations(tenant.pk)
    (told,) = [mail.body for mail in send_due() if "+32 4 250 13 88" in mail.body]
    return str(told)


def test_the_mail_knows_that_the_line_of_its_site_rings_as_the_own_line(
    acme, of_gent, admin, editor
):
    """What is served of a number of the site names no digits for its own line."""
    make_live(of_gent, ring("site:gent"), editor, now=timezone.now())
    told = told_of_line(acme)
    assert "sent calls of Acme SA to +32 4 250 13 88" in told
    assert NOT_NOW not in told


def test_a_number_that_rings_its_own_line_was_not_sent_there(
    acme, contract, site, of_gent, make_number, admin, editor
):
    """The control: nobody chose it for that one, and another only prepares it."""
    other = make_number(contract, site, "+3225501277", "VOICE_CONTINUITY")
    set_up(other, editor, destination=GONE)
    told = told_of_line(acme)
    assert "chose +32 4 250 13 88 for calls of Acme SA" in told
    assert NOT_NOW in told
    assert f"/numbers/{other.pk}/" in told


def test_a_line_typed_on_the_day_its_order_is_called_off_holds_on(
    acme, contract, site, gent, was_theirs, make_number, admin, editor, rung_again
):
    was_theirs(0, 0)
    Line.objects.filter(site=gent).update(told_at=timezone.now() - dt.timedelta(1))
    first = local_date(timezone.now()) + dt.timedelta(days=7)
    later = make_number(contract, site, "+3225501277", activated_on=first)
    make_live(later, ring(GONE), editor, now=timezone.now())
    rung_again()
    assert CustomerRouting(acme, noon(8)).may_send_to(GONE)


def test_a_diversion_to_an_order_that_is_called_off_holds_on(
    acme, contract, site, number, admin, editor, staff, now
):
    first = local_date(now) + dt.timedelta(days=5)
    rows = f"number,site,option,activated_on,line\n{GONE},Aalst,CLASSIC,{first},\n"
    file = io.BytesIO(rows.encode())
    import_numbers(file=file, name="n.csv", contract=contract, actor="test", now=now)
    assert Line.objects.get(site__name="Aalst").e164 == GONE
    at = timezone.now()
    forwarding.divert(
        numbers=[number], destination=GONE, until=None, member=editor, now=at
    )
    order = GeographicNumber.objects.get(e164=GONE)
    end_number(number=order, last_day=first, reason="no port", actor=staff, now=at)
    for days in (1, 6):
        customer = CustomerRouting(acme, noon(days))
        assert where_now(number, customer).destination == GONE
