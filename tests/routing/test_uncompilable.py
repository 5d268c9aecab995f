"""A published plan that cannot be compiled any more stops itself, nothing else."""

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import Site
from numbers.services.policy import set_destination_policy
from routing import network, tasks
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan, PlanVersion
from routing.services.compiling import Uncompilable, begun, compile_customer
from routing.services.forwarding import divert, end_divert
from tenants.models import AuditEvent, FailedWork
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from vms_portal.kernel.work import failures

PARIS = "+33123456789"
COMPILE = "routing.tasks.compile_plans"


@pytest.fixture
def impossible(second, editor) -> PlanVersion:
    """A live plan as another release took it: this one knows no ring without mode."""
    document = ring(MOBILE)
    del document["nodes"]["r1"]["mode"]
    return PlanVersion.objects.create(
        tenant=second.tenant,
        number=second,
        sequence=1,
        state=PlanVersion.State.LIVE,
        document=document,
        created_by=editor.user,
        changed_by=editor.user,
        published_by=editor.user,
        published_at=MONDAY,
    )


def served(number) -> dict:
    """Return what the network is served of the number's own."""
    return CompiledPlan.objects.get(number=number).body["numbers"][number.e164]


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
    assert CompiledPlan.objects.count() == 2
    assert link.exists(network.plan_key(number.e164))


def test_it_is_compiled_once_and_then_waits_on_the_list(
    number, second, impossible, acme, link
):
    minute(5)
    assert listed() == [(COMPILE, [acme.pk], 1)]
    assert second.e164 in FailedWork.objects.get().reason
    assert begun(now=timezone.now()) == []


def test_what_was_not_compiled_at_all_waits_while_its_row_is_open(
    number, second, impossible, acme, link
):
    minute()
    CompiledPlan.objects.filter(number=second).delete()
    assert begun(now=timezone.now()) == []
    # The control: without the row it is compiled each minute.
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
    assert served(number)["override"]["target"][0] == MOBILE
    assert listed() == [(COMPILE, [number.tenant_id], 1)]


def break_plan(number, editor, document=None) -> None:
    """Put a document live that this release cannot compile."""
    broken = document or ring(MOBILE)
    del broken["nodes"]["r1"]["mode"]
    mine = PlanVersion.objects.filter(number=number)
    mine.filter(state="live").update(state="retired", retired_at=MONDAY)
    PlanVersion.objects.create(
        tenant=number.tenant,
        number=number,
        sequence=9,
        document=broken,
        state=PlanVersion.State.LIVE,
        created_by=editor.user,
        changed_by=editor.user,
        published_by=editor.user,
        published_at=MONDAY,
    )


@pytest.fixture
def paris(acme, staff):
    """A country open for the customer, until staff take it back."""
    opened = {"tenant": acme, "opt_in": [], "daily_cap": 20, "actor": staff}
    set_destination_policy(international=["+33"], **opened)
    return lambda: set_destination_policy(international=[], **opened)


def test_what_it_was_served_before_does_not_go_on(number, editor, acme, paris, client):
    """An approval that is withdrawn ends the calls, whatever became of the plan."""
    make_live(number, ring(PARIS), editor)
    assert PARIS in str(CompiledPlan.objects.get().body)
    break_plan(number, editor, ring(PARIS))
    paris()
    with pytest.raises(Uncompilable, match=number.e164.replace("+", "[+]")):
        tasks.compile_plans(acme.pk)
    plan = CompiledPlan.objects.get()
    assert PARIS not in str(plan.body)
    assert plan.left_out == {PARIS: "international"}
    assert AuditEvent.objects.filter(action="destination.left_out").count() == 1
    assert served(number)["document"] is None
    found = where_now(number, facts(number, timezone.now()))
    assert (found.state, found.destination) == ("unserved", "line")
    client.force_login(editor.user)
    page = client.get(reverse("routing:number_detail", args=[number.pk]))
    assert "its plan cannot be used any more" in page.text


def test_its_diversion_is_served_and_stops(number, second, editor, acme, paris):
    make_live(number, ring(MOBILE), editor)
    divert(numbers=[number], destination=PARIS, until=None, member=editor, now=MONDAY)
    break_plan(number, editor)
    compile_customer(acme, now=MONDAY)
    assert served(number)["override"]["target"][0] == PARIS
    paris()
    compile_customer(acme, now=MONDAY)
    assert served(number)["override"] is None
    divert(numbers=[number], destination=MOBILE, until=None, member=editor, now=MONDAY)
    assert served(number)["override"]["target"][0] == MOBILE
    end_divert(number=number, member=editor, now=MONDAY)
    assert served(number)["override"] is None


def test_a_number_that_leads_to_it_is_served_with_its_own_plan(
    number, second, editor, acme, paris
):
    document = ring(PARIS)
    document["nodes"]["r1"]["targets"].append(
        {"destination": second.e164, "ring_s": 20}
    )
    make_live(number, document, editor)
    break_plan(second, editor)
    paris()
    with pytest.raises(Uncompilable) as told:
        tasks.compile_plans(acme.pk)
    # The one that leads there has nothing the matter with it.
    assert second.e164 in str(told.value)
    assert number.e164 not in str(told.value)
    plan = CompiledPlan.objects.get(number=number)
    assert plan.left_out == {PARIS: "international"}
    targets = served(number)["document"]["nodes"]["r1"]["targets"]
    assert targets == [[second.e164, second.e164, 20, second.e164]]
    assert plan.body["numbers"][second.e164]["document"] is None


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
    assert served(second)["document"] is not None


@pytest.mark.parametrize("about", [["x"], [], [[1]], [None], "x", 7])
def test_what_anybody_listed_as_failed_stops_nobody(number, acme, link, about):
    failures.report(COMPILE, ["x"], "x", repeatable=False)
    FailedWork.objects.update(arguments=about)
    minute()
    assert link.exists(network.plan_key(number.e164))


@pytest.mark.parametrize("role", ["vms_app", "vms_network"])
def test_who_may_list_anything_keeps_no_customer_from_being_compiled(
    number, acme, link, acting_as, role
):
    with acting_as(role):
        failures.report(COMPILE, [acme.pk], "x", repeatable=False)
    minute()
    assert link.exists(network.plan_key(number.e164))


def test_nor_does_a_task_that_was_asked_for_wrongly(number, acme, link):
    tasks.compile_plans.apply((acme.pk, 1))
    assert listed() == [(COMPILE, [acme.pk, 1], 1)]
    minute()
    assert link.exists(network.plan_key(number.e164))
