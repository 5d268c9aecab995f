"""Whoever reaches Redis last, it ends on the plan that was decided last."""

import datetime as dt
import json

import pytest

from numbers.models import Site
from routing import network, tasks
from routing.models import CompiledPlan, KnownDestination
from routing.services.compiling import compile_customer, drop_ended
from routing.services.forwarding import divert, end_divert
from tests.routing.conftest import MOBILE, MONDAY
from tests.support.races import at_once
from vms_portal.kernel.local_time import local_date, midnight

SECOND = dt.timedelta(seconds=1)
OTHER_MOBILE = "+32470999999"


def send(number, editor, destination=MOBILE, now=MONDAY):
    divert(
        numbers=[number], destination=destination, until=None, member=editor, now=now
    )


def know(editor, destinations):
    """Many new ones at once would have to wait."""
    KnownDestination.objects.bulk_create(
        KnownDestination(
            tenant=editor.tenant, e164=e164, first_used_at=MONDAY, added_by=editor.user
        )
        for e164 in destinations
    )


def stored(number):
    return CompiledPlan.objects.select_related("number").get(number=number)


def served(link, number):
    return json.loads(link.get(f"plan:{number.e164}"))


def test_a_push_that_is_late_leaves_the_newer_plan(number, editor, link):
    send(number, editor)
    late = stored(number)
    send(number, editor, OTHER_MOBILE, MONDAY + SECOND)
    tasks.push_plans(number.tenant_id, [number.pk])

    network.push([late])

    assert served(link, number) == stored(number).body
    assert link.xlen(network.STREAM) == 1


def test_reconciling_leaves_what_was_decided_while_it_read(number, editor, link):
    compile_customer(number.tenant, now=MONDAY)
    network.push([stored(number)])
    (page,) = tasks._served(local_date(MONDAY))
    send(number, editor, now=MONDAY + SECOND)
    tasks.push_plans(number.tenant_id, [number.pk])

    for plan, held in network.differing(page):
        tasks._repair(plan, held)

    assert served(link, number) == stored(number).body
    assert MOBILE in link.get(f"plan:{number.e164}")


def test_reconciling_brings_what_was_decided_while_it_read(number, editor, link):
    compile_customer(number.tenant, now=MONDAY)
    (page,) = tasks._served(local_date(MONDAY))
    send(number, editor, now=MONDAY + SECOND)
    for plan, held in network.differing(page):
        tasks._repair(plan, held)
    assert served(link, number) == stored(number).body


def test_a_plan_without_a_revision_of_before_is_replaced(number, editor, link):
    compile_customer(number.tenant, now=MONDAY)
    link.set(f"plan:{number.e164}", json.dumps({"format": 1}))
    tasks.reconcile_plans()
    assert served(link, number) == stored(number).body
    assert int(link.hget(network.REVISIONS, number.e164)) == stored(number).revision


def test_reconciling_twice_announces_once(number, second, link):
    compile_customer(number.tenant, now=MONDAY)
    tasks.reconcile_plans()
    tasks.reconcile_plans()
    assert link.xlen(network.STREAM) == 2


def test_a_database_back_from_a_backup_is_followed(number, editor, link):
    compile_customer(number.tenant, now=MONDAY)
    backup = stored(number)
    send(number, editor, now=MONDAY + SECOND)
    tasks.push_plans(number.tenant_id, [number.pk])
    backup.save()

    tasks.reconcile_plans()

    assert MOBILE not in link.get(f"plan:{number.e164}")
    assert served(link, number) == backup.body


def test_a_withdrawn_plan_does_not_come_back_with_a_late_push(number, editor, link):
    send(number, editor)
    late = stored(number)
    network.push([late])
    number.released_on = MONDAY.date()
    number.save()
    gone = drop_ended(now=midnight(MONDAY.date() + dt.timedelta(1)))
    assert gone == [(number.e164, late.revision)]
    network.withdraw(gone)

    network.push([late])

    assert link.get(f"plan:{number.e164}") is None


def test_a_withdrawal_that_is_late_leaves_the_next_customers_plan(
    number, globex, make_contract, make_number, link
):
    today = MONDAY.date()
    compile_customer(number.tenant, now=MONDAY)
    before = stored(number)
    network.push([before])
    number.released_on = today
    number.save()
    tomorrow = today + dt.timedelta(1)
    house = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    theirs = make_number(
        make_contract(globex), house, number.e164, activated_on=tomorrow
    )
    compile_customer(globex, now=midnight(tomorrow))
    network.push([stored(theirs)])

    network.withdraw([(number.e164, before.revision)])

    assert served(link, theirs) == stored(theirs).body


@pytest.mark.django_db(transaction=True)
def test_a_compilation_reads_after_the_change_before_it(number, editor, link):
    """One that read before a diversion and wrote after it would take it back."""
    moments = [MONDAY + SECOND * turn for turn in range(6)]

    def diverting():
        for now in moments:
            send(number, editor, now=now)
            assert MOBILE in json.dumps(stored(number).body)
            end_divert(number=number, member=editor, now=now + SECOND / 2)
        send(number, editor, now=moments[-1] + SECOND)

    def compiling():
        for _turn in range(12):
            tasks.compile_plans(number.tenant_id)

    results = at_once(diverting, compiling, compiling)
    assert results == [None, None, None]
    assert MOBILE in json.dumps(stored(number).body)


@pytest.mark.django_db(transaction=True)
def test_no_diversion_goes_back_while_plans_are_reconciled(
    contract, site, make_number, editor, link
):
    numbers = [make_number(contract, site, f"+322550131{n}") for n in range(8)]
    compile_customer(contract.tenant, now=MONDAY)
    know(editor, [f"+32470{turn}0000{n}" for turn in range(1, 7) for n in (0, 1)])
    gone_back = []
    busy = [True, True]

    def diverting(place, mine):
        try:
            for turn in range(1, 7):
                for number in mine:
                    destination = f"+32470{turn}0000{place}"
                    send(number, editor, destination, MONDAY + SECOND * turn)
                    tasks.push_plans(number.tenant_id, [number.pk])
                    if destination not in link.get(f"plan:{number.e164}"):
                        gone_back.append((number, turn))
        finally:
            busy[place] = False

    def reconciling():
        while any(busy):
            tasks.reconcile_plans()

    results = at_once(
        lambda: diverting(0, numbers[:4]),
        lambda: diverting(1, numbers[4:]),
        reconciling,
    )

    assert results == [None, None, None]
    assert gone_back == []
    assert all(served(link, n) == stored(n).body for n in numbers)


@pytest.mark.django_db(transaction=True)
def test_many_people_on_one_number_end_on_the_last_decision(number, editor, link):
    know(editor, [f"+3247000{n}00{turn}" for n in range(4) for turn in range(4)])

    def one(place):
        for turn in range(4):
            send(number, editor, f"+3247000{place}00{turn}", MONDAY + SECOND * turn)
            tasks.push_plans(number.tenant_id, [number.pk])

    results = at_once(*(lambda place=place: one(place) for place in range(4)))
    assert results == [None] * 4
    assert served(link, number) == stored(number).body
