"""The demo's calls went where the plans of their moment sent them."""

import datetime as dt
from collections.abc import Iterator
from functools import cache

import phonenumbers
import pytest
from django.db import transaction

from demo.calls import FIRST_DAY, calls_of, load_calls
from demo.network import Network
from numbers.models import GeographicNumber
from routing import decisions
from routing.decisions.facts import CustomerRouting
from routing.engine import call_record, run
from routing.models import Override, PlanVersion
from routing.services import forwarding
from tenants.models import Member, Tenant
from traffic.models import CallRecord
from vms_portal.kernel.local_time import midnight

SALES = "+3225501201"
MOBILE = "+32470112233"


@pytest.fixture(scope="module")
def calls(loaded) -> list[CallRecord]:
    found = CallRecord.objects.filter(call_id__regex=r"^2026\d{4}-")  # no sample's
    return list(found.select_related("number__site").order_by("started_at"))


def live_at(number: GeographicNumber, moment: dt.datetime) -> PlanVersion | None:
    published = PlanVersion.objects.filter(number=number, published_at__lte=moment)
    return published.order_by("sequence").last()


def test_the_engine_gives_every_call_again(loaded, calls):
    """With what each phone did, the plan of the moment leads to what was noted."""
    diverted = Override.objects.get()
    worlds = {t.pk: CustomerRouting(t, loaded) for t in Tenant.objects.all()}

    @cache
    def plan(number, version):
        world = worlds[number.tenant_id].world(number)
        document = version.document if version else None
        first = midnight(FIRST_DAY)
        given = {**world, "document": document, "override": None}
        return decisions.compile_plan(given, first)

    for call in calls:
        if call.number_id == diverted.number_id and call.started_at >= (
            diverted.starts_at
        ):
            assert call.plan_version is None
            continue
        version = live_at(call.number, call.started_at)
        assert call.plan_version == (version and version.sequence), call
        outcomes = {
            leg["destination"] or leg["node"]: leg["outcome"] for leg in call.legs
        }
        asked = {"caller": call.caller or None, "ordinal": int(call.call_id[9:13])}
        walk = run(plan(call.number, version), asked, call.started_at, outcomes)
        noted = {name: value or "" for name, value in call_record(walk).items()}
        assert noted == {name: getattr(call, name) for name in noted}, call
        assert [step["node"] for step in walk.steps] == [
            leg["node"] for leg in call.legs
        ]


def test_voicemail_is_elsewhere_than_the_own_line(calls):
    treatments = {c.treatment for c in calls if c.outcome == "voicemail"}
    assert treatments == {"rerouted"}


def test_things_happen_in_order(calls):
    for call in calls:
        legs = [dt.datetime.fromisoformat(leg["at"]) for leg in call.legs]
        moments = [call.started_at, *legs, call.answered_at, call.ended_at]
        known = [moment for moment in moments if moment]
        assert known == sorted(known), call
        if call.ringing_at:
            assert call.started_at < call.ringing_at < call.ended_at
        rang = [leg for leg in call.legs if leg["outcome"] == "no_answer"]
        assert not rang or call.ringing_at, call


def test_every_caller_has_a_number_that_exists(calls):
    callers = {call.caller for call in calls if call.caller}
    assert len(callers) > 300
    for caller in callers:
        assert phonenumbers.is_valid_number(phonenumbers.parse(caller)), caller
    assert not phonenumbers.is_valid_number(phonenumbers.parse("+3245550162"))


@pytest.fixture
def undone(loaded) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_what_a_visitor_changes_counts_for_the_calls_from_then_on(loaded, undone):
    before = dict(CallRecord.objects.values_list("call_id", "digest"))
    olga = Member.objects.get(user__email="olga@acme.example")
    number = GeographicNumber.objects.select_related("tenant").get(e164=SALES)
    forwarding.divert(
        numbers=[number], destination=MOBILE, until=None, member=olga, now=loaded
    )

    load_calls(loaded + dt.timedelta(hours=6))

    after = dict(CallRecord.objects.values_list("call_id", "digest"))
    assert before.items() < after.items()
    since = CallRecord.objects.filter(number=number, started_at__gte=loaded)
    assert since.count() > 5
    assert {call.treatment for call in since} == {"rerouted"}
    assert {leg["destination"] for call in since for leg in (call.legs or [])[:1]} == {
        MOBILE
    }
    earlier = CallRecord.objects.filter(
        number=number, started_at__range=(loaded - dt.timedelta(hours=3), loaded)
    )
    assert "direct" in {call.treatment for call in earlier}


def test_octobers_calls_speak_of_the_version_that_was_live(loaded):
    october = CallRecord.objects.filter(
        tenant__reference="ACME", started_at__lt=midnight(FIRST_DAY)
    )
    assert october.count() > 2_000
    assert set(october.values_list("plan_version", flat=True)) == {1}
    sent = set(october.values_list("destination", flat=True))
    for number in GeographicNumber.objects.filter(tenant__reference="ACME"):
        version = live_at(number, midnight(dt.date(2026, 10, 1)))
        assert version is not None
        assert version.sequence == 1
        assert version == live_at(number, midnight(FIRST_DAY))
        nodes = version.document["nodes"].values()
        targets = {t["destination"] for n in nodes for t in n.get("targets", ())}
        assert sent <= targets


def test_a_working_day_has_the_calls_of_a_business(loaded):
    network = Network(loaded)
    tuesday = list(calls_of(dt.date(2026, 11, 3), network))
    sunday = list(calls_of(dt.date(2026, 11, 8), network))
    assert 200 <= len(tuesday) <= 400
    assert len(sunday) < 60
    outcomes = {row["outcome"] for row in tuesday}
    assert outcomes >= {"answered", "no_answer", "abandoned", "busy", "voicemail"}
    assert {row["treatment"] for row in tuesday} == {"direct", "rerouted"}
    assert tuesday == list(calls_of(dt.date(2026, 11, 3), Network(loaded)))
