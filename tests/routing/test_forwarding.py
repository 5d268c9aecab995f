"""Diverting: at once, for a while, and back by itself."""

import datetime as dt

import pytest

from routing.decisions.facts import CustomerRouting
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import Override, Redirection
from routing.selectors import offered_destinations
from routing.services import forwarding
from routing.services.destinations import ForbiddenDestination
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.diversions import HOUR, divert


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
