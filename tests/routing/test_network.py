"""Redis is a copy: what it loses comes back."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from numbers.models import GeographicNumber, Line, Site
from numbers.services.options import change_option
from routing import network, tasks
from routing.models import CompiledPlan
from routing.services.compiling import compile_customer
from routing.services.forwarding import divert
from tests.routing.conftest import MOBILE, MONDAY, make_live, schedule
from vms_portal.kernel.local_time import local_date, midnight

DAY = dt.timedelta(days=1)


def test_a_plan_reaches_redis_and_is_announced(number, editor, link):
    divert(numbers=[number], destination=MOBILE, until=None, member=editor, now=MONDAY)
    tasks.push_plans(number.tenant_id, [number.pk])

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
        number=number,
        option="VOICE_CONTINUITY",
        from_day=tomorrow,
        today=MONDAY.date(),
        actor=editor,
    )
    served = CompiledPlan.objects.get(number=number).body["numbers"][number.e164]
    assert served["continuity"] is False
    compile_customer(number.tenant, now=midnight(tomorrow) + dt.timedelta(minutes=1))
    served = CompiledPlan.objects.get(number=number).body["numbers"][number.e164]
    assert served["continuity"] is True


@pytest.fixture
def ended(number, editor):
    """A number that was sent to a mobile for good and ended yesterday."""
    divert(numbers=[number], destination=MOBILE, until=None, member=editor, now=MONDAY)
    today = local_date(timezone.now())
    GeographicNumber.objects.filter(pk=number.pk).update(
        activated_on=today - 30 * DAY, released_on=today - DAY
    )
    return number


def test_a_number_that_moved_on_follows_its_new_customer_only(
    ended, globex, make_contract, make_number, link
):
    network.push(CompiledPlan.objects.select_related("number"))
    theirs = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    Line.objects.create(tenant=globex, site=theirs, e164="+3292223344")
    today = local_date(timezone.now())
    moved = make_number(make_contract(globex), theirs, ended.e164, activated_on=today)
    for _minute in range(2):
        tasks.reconcile_plans()
        text = link.get(f"plan:{ended.e164}")
        assert MOBILE not in text
        assert json.loads(text) == CompiledPlan.objects.get(number=moved).body


def test_a_number_nobody_has_is_taken_away(ended, link):
    network.push(CompiledPlan.objects.select_related("number"))
    assert link.get(f"plan:{ended.e164}")
    tasks.reconcile_plans()
    assert link.get(f"plan:{ended.e164}") is None
    *_before, (_id, entry) = link.xrange(network.STREAM)
    assert entry == {"number": ended.e164, "digest": ""}
    # a push that was still on its way brings nothing back
    tasks.push_plans(ended.tenant_id, [ended.pk])
    assert link.get(f"plan:{ended.e164}") is None


def test_a_plan_stays_when_redis_did_not_hear_of_its_end(ended, link, settings):
    reachable, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    with pytest.raises(Exception, match="Connection refused|retry"):
        tasks.reconcile_plans()
    assert CompiledPlan.objects.filter(number=ended).exists()
    settings.REDIS_URL = reachable
