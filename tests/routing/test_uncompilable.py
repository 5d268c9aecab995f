"""A published plan that cannot be compiled any more stops itself, nothing else."""

import datetime as dt

import pytest
from django.utils import timezone

from numbers.models import Site
from routing import network, tasks
from routing.models import CompiledPlan, PlanVersion
from routing.services.compiling import Uncompilable, begun, compile_customer
from routing.services.forwarding import divert
from tenants.models import FailedWork
from tests.routing.conftest import MOBILE, MONDAY, make_live, ring

COMPILE = "routing.tasks.compile_plans"


@pytest.fixture
def impossible(second, editor) -> PlanVersion:
    """A live plan as another release took it: this one knows no ring without mode."""
    document = ring(MOBILE)
    del document["nodes"]["r1"]["mode"]
    return PlanVersion.objects.create(
        tenant=second.tenant, number=second, sequence=1, state=PlanVersion.State.LIVE,
        document=document, created_by=editor.user, changed_by=editor.user,
        published_by=editor.user, published_at=MONDAY,
    )  # fmt: skip


def minute(count: int = 1) -> None:
    for _turn in range(count):
        tasks.reconcile_plans()


def listed() -> list[tuple[str, list[int], int]]:
    rows = FailedWork.objects.open().order_by("pk")
    return list(rows.values_list("act", "arguments", "attempts"))


def test_the_other_numbers_are_compiled_and_served(
    number, second, impossible, acme, link
):
    minute()
    assert CompiledPlan.objects.get().number == number
    assert link.exists(network.plan_key(number.e164))


def test_it_is_compiled_once_and_then_waits_on_the_list(
    number, second, impossible, acme, link
):
    minute(5)
    assert listed() == [(COMPILE, [acme.pk], 1)]
    assert second.e164 in FailedWork.objects.get().reason
    assert begun(now=timezone.now()) == []


def test_without_its_row_it_would_be_compiled_each_minute(
    number, second, impossible, acme, link
):
    """The control."""
    minute()
    FailedWork.objects.update(settled_at=timezone.now())
    assert begun(now=timezone.now()) == [acme.pk]


def test_the_customer_after_it_is_compiled_as_well(
    number, second, impossible, globex, make_contract, make_number, link
):
    gent = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    other = make_number(make_contract(globex), gent, "+3292501200")
    assert globex.pk > second.tenant_id
    minute()
    tasks.recompile_plans()
    assert CompiledPlan.objects.filter(number=other).exists()


def test_another_number_is_diverted_all_the_same(number, second, impossible, editor):
    divert(numbers=[number], destination=MOBILE, until=None, member=editor, now=MONDAY)
    assert CompiledPlan.objects.get().number == number
    assert listed() == [(COMPILE, [number.tenant_id], 1)]


def test_what_it_was_served_before_goes_on(number, second, acme, editor, request):
    compile_customer(acme, now=MONDAY)
    before = CompiledPlan.objects.get(number=second).body
    request.getfixturevalue("impossible")
    compile_customer(acme, now=MONDAY + dt.timedelta(days=1))
    assert CompiledPlan.objects.get(number=second).body == before


def test_the_row_is_settled_when_it_can_be_compiled(
    number, second, impossible, acme, editor, link
):
    minute()
    with pytest.raises(Uncompilable):
        tasks.compile_plans(acme.pk)
    make_live(second, ring(MOBILE), editor)
    work = FailedWork.objects.get()
    tasks.compile_plans.apply((acme.pk,), headers={"failed_work": str(work.pk)})
    assert listed() == []
    assert CompiledPlan.objects.filter(number=second).exists()
