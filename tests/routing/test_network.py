"""Redis is a copy: what it loses comes back."""

import json

import pytest

from routing import network, tasks
from routing.models import CompiledPlan
from routing.services.compiling import compile_customer
from routing.services.forwarding import divert
from tests.routing.conftest import MOBILE, MONDAY


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


def test_compiling_again_changes_nothing(number):
    assert len(compile_customer(number.tenant, now=MONDAY)) == 1
    assert compile_customer(number.tenant, now=MONDAY) == []
