"""Redis is a copy: what it loses comes back."""

import datetime as dt
import json

import pytest
import time_machine

from numbers.models import Site
from numbers.services.options import change_option
from routing import network, tasks
from routing.models import CompiledPlan
from routing.services.compiling import compile_customer, recompile
from routing.services.forwarding import divert
from tests.routing.conftest import MOBILE, MONDAY, make_live, schedule
from vms_portal.kernel.local_time import midnight


@pytest.fixture
def link(settings):
    """A database of its own, so that emptying it disturbs nobody."""
    settings.REDIS_URL = settings.REDIS_URL.rsplit("/", 1)[0] + "/9"
    link = network.connect()
    link.flushdb()
    yield link
    link.flushdb()


def test_a_plan_reaches_redis_and_is_announced(number, editor, link):
    divert(numbers=[number], destination=MOBILE, until=None, member=editor, now=MONDAY)
    tasks.push_plan(number.tenant_id, number.pk)

    plan = CompiledPlan.objects.get(number=number)
    assert json.loads(link.get(f"plan:{number.e164}")) == plan.body
    (_id, entry), *_more = link.xrange(network.STREAM)
    assert entry == {"number": number.e164, "digest": plan.digest}


@pytest.mark.parametrize("damage", ["flushdb", "stale"])
def test_reconciling_repairs_what_redis_lost(number, second, link, damage):
    compile_customer(number.tenant, now=MONDAY)
    tasks.reconcile_plans()
    if damage == "flushdb":
        link.flushdb()
    else:
        link.set(f"plan:{number.e164}", "{}")

    tasks.reconcile_plans()

    plan = CompiledPlan.objects.get(number=number)
    assert json.loads(link.get(f"plan:{number.e164}")) == plan.body


def test_compiling_again_changes_nothing_that_day(number, library, editor):
    make_live(number, schedule(MOBILE), editor)
    for later in (dt.timedelta(0), dt.timedelta(hours=14)):
        assert compile_customer(number.tenant, now=MONDAY + later) == []
    # The next day reaches a day further.
    assert len(compile_customer(number.tenant, now=MONDAY + dt.timedelta(1))) == 1


def test_an_option_that_begins_today_is_served_without_anybody_asking(number, editor):
    compile_customer(number.tenant, now=MONDAY)
    tomorrow = MONDAY.date() + dt.timedelta(1)
    change_option(
        number=number, option="VOICE_CONTINUITY", from_day=tomorrow,
        today=MONDAY.date(), actor=editor,
    )  # fmt: skip
    served = CompiledPlan.objects.get(number=number).body["numbers"][number.e164]
    assert served["continuity"] is False
    recompile([number.tenant], now=midnight(tomorrow) + dt.timedelta(minutes=1))
    served = CompiledPlan.objects.get(number=number).body["numbers"][number.e164]
    assert served["continuity"] is True


def test_a_number_that_went_to_another_customer_is_served_for_that_one(
    number, globex, make_contract, make_number, link
):
    compile_customer(number.tenant, now=MONDAY)
    with time_machine.travel(MONDAY):
        tasks.reconcile_plans()
    number.released_on = MONDAY.date()
    number.save()
    later = MONDAY + dt.timedelta(days=1)
    with time_machine.travel(later):
        tasks.reconcile_plans()
        assert link.get(f"plan:{number.e164}") is None

    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    taken = make_number(
        make_contract(globex), there, number.e164, activated_on=later.date()
    )
    compile_customer(globex, now=later)
    with time_machine.travel(later):
        tasks.push_plan(number.tenant_id, number.pk)
        for _ in range(2):
            tasks.reconcile_plans()
            plan = CompiledPlan.objects.get(number=taken)
            assert json.loads(link.get(f"plan:{number.e164}")) == plan.body
