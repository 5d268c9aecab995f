"""Staff who change a line or move a number read of each number where its calls go."""

import datetime as dt
import html

import pytest
from django.utils import timezone

from contracts.models import Contract
from numbers.models import GeographicNumber, ServiceOption, Site
from routing.models import Redirection
from routing.services import forwarding
from tests.numbers.test_admin import change
from tests.numbers.test_sites_of_staff import site_form
from tests.routing.conftest import MOBILE, ring
from tests.routing.test_plans import publish
from tests.support.diversions import divert
from vms_portal.kernel.local_time import local_date

DIVERTED = "All calls go to +32 470 11 22 33 until somebody stops it."
PLANNED = "Calls ring +32 470 11 22 33"
SUSPENDED = "Suspended: calls are not connected."


def planned(number, editor) -> None:
    publish(number, editor, ring(MOBILE))


def diverted(number, editor) -> None:
    divert([number], editor, until=None, now=timezone.now())


def redirected(number, editor, kind="cfu") -> None:
    number.option_periods.update(option=ServiceOption.VOICE_CONTINUITY)
    forwarding.set_redirection(
        number=number, kind=kind, destination=MOBILE, member=editor, now=timezone.now()
    )


def standing_by(number, editor) -> None:
    redirected(number, editor, "cfb")


def stopped_divert(number, editor) -> None:
    diverted(number, editor)
    forwarding.end_divert(number=number, member=editor, now=timezone.now())


def prepared(number, editor) -> None:
    redirected(number, editor)
    Redirection.objects.update(is_on=False)


CASES = [
    (planned, PLANNED),
    (diverted, DIVERTED),
    (redirected, DIVERTED),
    (standing_by, None),
    (stopped_divert, None),
    (lambda number, editor: None, None),
]


def asked_to_move(office, number, gent) -> str:
    return html.unescape(change(office, number, site=gent.pk).text)


@pytest.mark.parametrize("has_line", [True, False])
@pytest.mark.parametrize(("act", "where"), CASES)
def test_a_number_that_moves_rings_there_unless_something_else_decides(
    office, number, editor, gent, act, where, has_line
):
    if not has_line:
        gent.lines.all().delete()
    act(number, editor)
    asked = asked_to_move(office, number, gent)
    if where is None:
        rings = "rings +32 9 250 13 00 of Gent at once"
        assert (rings if has_line else "rings its own line") in asked
        assert "go on as they do" not in asked
    else:
        assert f"do not ring the line of Gent now: {where}" in asked
        assert "at once" not in asked
        assert "rings" not in asked


@pytest.mark.parametrize(("act", "where"), CASES)
def test_one_that_is_suspended_is_told_as_once_it_is_resumed(
    office, number, editor, gent, act, where
):
    act(number, editor)
    GeographicNumber.objects.filter(pk=number.pk).update(suspended_at=timezone.now())
    asked = asked_to_move(office, number, gent)
    said = f"does not ring the line of Gent once it is resumed: {where}"
    assert (said in asked) is (where is not None)
    assert ("once it is resumed, it rings" in asked) is (where is None)


@pytest.mark.parametrize(("act", "where"), [CASES[0], CASES[-1]])
def test_one_that_begins_later_is_told_as_of_its_first_day(
    office, number, editor, gent, act, where
):
    act(number, editor)
    later = local_date(timezone.now()) + dt.timedelta(days=20)
    GeographicNumber.objects.filter(pk=number.pk).update(activated_on=later)
    asked = asked_to_move(office, number, gent)
    said = "calls to +32 2 550 12 00 go: The plan decides."
    assert (said in asked) is (where is not None)
    assert ("from its first day" in asked) is (where is None)


def asked_of_line(office, site, after: str) -> str:
    line = site.lines.get()
    row = {"id": line.pk, "site": site.pk, "e164": after or line.e164, "channels": 4}
    row |= {"is_main": "on"} if after else {}
    answer = office.post(f"/numbers/site/{site.pk}/change/", site_form(site, row))
    return html.unescape(answer.text)


@pytest.mark.parametrize("after", ["02 550 12 77", ""])
def test_only_numbers_that_ring_the_line_are_counted_the_others_are_named(
    office, number, site, contract, make_number, editor, after
):
    numbers = [make_number(contract, site, f"+32255012{n}") for n in range(10, 16)]
    planned(numbers[0], editor)
    for one in numbers[1:3]:
        diverted(one, editor)
    redirected(numbers[3], editor)
    standing_by(numbers[4], editor)
    suspended = [numbers[0].pk, numbers[5].pk]
    rows = GeographicNumber.objects.filter(pk__in=suspended)
    rows.update(suspended_at=timezone.now())
    asked = asked_of_line(office, site, after)
    rings = "ring +32 2 550 12 77 at once" if after else "ring their own lines"
    assert f"2 numbers of Brussels {rings}" in asked
    assert "Calls to 5 numbers of Brussels go on as they do:" in asked
    those = "+32 2 550 12 11, +32 2 550 12 12, +32 2 550 12 13"
    assert f"{those}: {DIVERTED}" in asked
    assert f"+32 2 550 12 10, +32 2 550 12 15: {SUSPENDED}" in asked


@pytest.mark.parametrize("after", ["02 550 12 77", ""])
def test_where_none_rings_it_none_is_said_to(office, number, site, editor, after):
    diverted(number, editor)
    asked = asked_of_line(office, site, after)
    assert "none of its numbers rings" in asked
    assert f"+32 2 550 12 00: {DIVERTED}" in asked
    assert "at once" not in asked
    assert "0 numbers" not in asked


@pytest.mark.parametrize("destination", ["line", "site:gent"])
@pytest.mark.parametrize("way", ["plan", "diversion"])
def test_what_sends_calls_to_that_line_is_nothing_else(
    office, number, gent, editor, way, destination
):
    if way == "plan":
        publish(number, editor, ring(destination))
    else:
        divert([number], editor, destination, until=None, now=timezone.now())
    asked = asked_to_move(office, number, gent)
    assert "rings +32 9 250 13 00 of Gent at once" in asked


def test_many_numbers_of_a_site_are_asked_about_at_once(
    office, number, site, contract, make_number, django_assert_max_num_queries
):
    """A statement for each of them would keep staff waiting."""
    for n in range(10, 50):
        make_number(contract, site, f"+32255012{n}")
    with django_assert_max_num_queries(45):
        asked = asked_of_line(office, site, "02 550 12 77")
    assert "41 numbers of Brussels ring +32 2 550 12 77 at once" in asked


def test_the_first_line_of_a_site_names_no_line_before(
    office, acme, contract, make_number
):
    hal = Site.objects.create(tenant=acme, name="Hal", slug="hal")
    numbers = [make_number(contract, hal, f"+32255012{n}") for n in (88, 89)]
    row = {"site": hal.pk, "e164": "02 550 12 77", "channels": 4, "is_main": "on"}
    url = f"/numbers/site/{hal.pk}/change/"
    asked = html.unescape(office.post(url, site_form(hal, row)).text)
    said = "2 numbers of Hal ring +32 2 550 12 77 at once, no longer their own lines."
    assert said in asked
    suspended = GeographicNumber.objects.filter(pk=numbers[0].pk)
    suspended.update(suspended_at=timezone.now())
    asked = html.unescape(office.post(url, site_form(hal, row)).text)
    said = "1 number of Hal rings +32 2 550 12 77 at once, no longer its own line."
    assert said in asked
    GeographicNumber.objects.filter(site=hal).update(suspended_at=timezone.now())
    asked = html.unescape(office.post(url, site_form(hal, row)).text)
    assert "at once" not in asked
    assert "The line of Hal is +32 2 550 12 77: none of its numbers rings it" in asked


def test_numbers_that_wait_for_their_contract_ring_another_line_as_well(
    office, number, site
):
    """They were not counted, though their plans change at once."""
    rows = Contract.objects.filter(pk=number.contract_id)
    rows.update(state="draft", activated_on=None)
    asked = asked_of_line(office, site, "02 550 12 77")
    assert "1 number of Brussels rings +32 2 550 12 77 at once" in asked
