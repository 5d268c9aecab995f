"""What was allowed once and is no longer is not called any more, and is told."""

import datetime as dt
from contextlib import nullcontext

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from numbers.models import DestinationPolicy, Line, ServiceOption, Site
from numbers.services.inventory import release_number, suspend_number
from numbers.services.policy import set_destination_policy
from routing import tasks
from routing.decisions.facts import CustomerRouting
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import CompiledPlan, KnownDestination
from routing.services import every_number, forwarding, plans
from routing.services.compiling import compile_customer
from routing.services.destinations import ForbiddenDestination, new_among
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.mails import send_due

PARIS, FREE = "+33123456789", "+3280012345"
LATER = MONDAY + dt.timedelta(minutes=5)
NEXT_DAY = MONDAY + dt.timedelta(days=1)


@pytest.fixture
def approved(acme):
    return DestinationPolicy.objects.create(
        tenant=acme, opt_in=["0800"], international=["+33"]
    )


def withdraw(policy, staff):
    set_destination_policy(
        tenant=policy.tenant,
        opt_in=[],
        international=[],
        daily_cap=20,
        actor=staff,
    )


def send(number, destination, editor):
    forwarding.divert(
        numbers=[number], destination=destination, until=None, member=editor, now=MONDAY
    )


def forward(destination):
    return {
        "schema": 1,
        "entry": "f",
        "nodes": {"f": {"type": "forward", "destination": destination}},
    }


def written(number):
    """Is a destination abroad or an 0800 anywhere in what the network serves?"""
    body = str(CompiledPlan.objects.get(number=number).body)
    return PARIS in body or FREE in body


def goes_to(number, outcomes=None, at=LATER):
    found = simulate_number(
        number, facts(number, at), caller="+32475000000", outcomes=outcomes
    )
    return found["destination"]


@pytest.mark.parametrize("destination", [PARIS, FREE])
def test_a_diversion_to_a_country_taken_back_rings_the_own_line(
    number, editor, approved, staff, destination
):
    send(number, destination, editor)
    assert written(number)
    assert goes_to(number) == destination

    withdraw(approved, staff)
    compile_customer(number.tenant, now=LATER)

    assert not written(number)
    assert goes_to(number) == "line"
    assert where_now(number, facts(number, LATER)).destination == "line"
    # Giving it back brings it back.
    DestinationPolicy.objects.update(opt_in=["0800"], international=["+33"])
    compile_customer(number.tenant, now=LATER)
    assert written(number)


def test_a_ring_goes_on_with_what_is_allowed(number, editor, approved, staff):
    document = ring(PARIS)
    allowed = {"destination": MOBILE, "ring_s": 20}
    document["nodes"]["r1"]["targets"].append(allowed)
    make_live(number, document, editor)
    withdraw(approved, staff)
    compile_customer(number.tenant, now=LATER)
    assert not written(number)
    assert goes_to(number) == MOBILE


@pytest.mark.parametrize("mode", ["sequential", "simultaneous"])
def test_a_ring_without_any_target_leaves_by_failed(
    number, editor, approved, staff, mode
):
    document = ring(PARIS)
    document["nodes"]["r1"]["mode"] = mode
    make_live(number, document, editor)
    withdraw(approved, staff)
    compile_customer(number.tenant, now=LATER)
    assert not written(number)
    found = simulate_number(number, facts(number, LATER), caller="+32475000000")
    assert found["result"] == "hangup"
    assert [step["node"] for step in found["steps"]] == ["bye"]


def test_a_forward_rings_the_own_line(number, editor, approved, staff):
    make_live(number, forward(PARIS), editor)
    withdraw(approved, staff)
    compile_customer(number.tenant, now=LATER)
    assert not written(number)
    assert goes_to(number) == "line"


@pytest.mark.parametrize(
    ("kind", "backup", "place"),
    [("cfu", MOBILE, MOBILE), ("cfu", "", "line"), ("cfb", "", None)],
)
def test_a_redirection_takes_its_backup_or_is_not_set(
    continuity_number, editor, approved, staff, kind, backup, place
):
    forwarding.set_redirection(
        number=continuity_number,
        kind=kind,
        destination=PARIS,
        backup=backup,
        member=editor,
        now=MONDAY,
    )
    withdraw(approved, staff)
    compile_customer(continuity_number.tenant, now=LATER)
    assert not written(continuity_number)
    busy = {"line": "busy"} if kind == "cfb" else None
    assert goes_to(continuity_number, busy) == place


def test_the_safety_destination_counts_as_not_set(number, editor, approved, staff):
    every_number.set_safety_destination(destination=PARIS, member=editor, now=MONDAY)
    assert written(number)
    withdraw(approved, staff)
    compile_customer(number.tenant, now=LATER)
    assert not written(number)


def test_a_site_whose_line_went_or_changed_is_not_called(number, editor, acme):
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    line = Line.objects.create(tenant=acme, site=gent, e164="+3292223344")
    send(number, "site:gent", editor)
    assert "+3292223344" in str(CompiledPlan.objects.get(number=number).body)
    line.e164 = PARIS
    line.save()
    compile_customer(acme, now=LATER)
    assert not written(number)
    assert goes_to(number) == "line"
    line.delete()
    compile_customer(acme, now=LATER)
    assert CompiledPlan.objects.get(number=number).left_out == {
        "site:gent": "unknown_site"
    }


def test_a_suspended_number_takes_no_calls_of_others(number, second, editor, staff):
    make_live(number, ring(second.e164), editor)
    suspend_number(number=second, actor=staff, now=MONDAY)
    compile_customer(number.tenant, now=LATER)
    assert CompiledPlan.objects.get(number=number).left_out == {
        second.e164: "suspended_destination"
    }
    assert goes_to(number) is None


def test_a_number_that_ended_may_be_somebody_elses(number, second, editor, staff):
    send(number, second.e164, editor)
    release_number(number=second, last_day=MONDAY.date(), actor=staff)
    compile_customer(number.tenant, now=MONDAY)
    assert CompiledPlan.objects.get(number=number).left_out == {}
    compile_customer(number.tenant, now=NEXT_DAY)
    assert CompiledPlan.objects.get(number=number).left_out == {
        second.e164: "ended_number"
    }
    assert goes_to(number, at=NEXT_DAY) == "line"
    # Chosen again, with what a new destination asks, it is an external number.
    forwarding.divert(
        numbers=[number],
        destination=second.e164,
        until=None,
        member=editor,
        now=NEXT_DAY,
    )
    assert KnownDestination.objects.filter(e164=second.e164).exists()
    assert CompiledPlan.objects.get(number=number).left_out == {}


def test_another_number_is_still_diverted_and_published(
    number, second, editor, approved, staff
):
    make_live(second, ring(PARIS), editor)
    every_number.set_safety_destination(destination=PARIS, member=editor, now=MONDAY)
    withdraw(approved, staff)
    send(number, MOBILE, editor)
    send(second, MOBILE, editor)
    make_live(number, ring(MOBILE), editor)
    with pytest.raises(plans.PlanHasProblems):
        make_live(number, ring(PARIS), editor)


def test_the_administrators_and_the_trail_are_told_once(
    number, second, editor, admin, approved, staff
):
    for one in (number, second):
        send(one, PARIS, editor)
    withdraw(approved, staff)
    mail.outbox.clear()
    for _turn in range(2):
        tasks.compile_plans(number.tenant_id)
        tasks.announce_left_out(number.tenant_id)
        tasks.sweep_announcements()
        send_due()

    (message,) = [m for m in mail.outbox if "no longer" in m.subject]
    assert message.to == [admin.user.email]
    assert "+33 1 23 45 67 89: +32 2 550 12 00, +32 2 550 12 01" in message.body
    events = AuditEvent.objects.filter(action="destination.left_out")
    assert [event.detail for event in events] == [{"destinations": [PARIS]}] * 2


def test_the_pages_say_where_calls_no_longer_go(
    number, editor, approved, staff, client
):
    send(number, PARIS, editor)
    withdraw(approved, staff)
    compile_customer(number.tenant, now=timezone.now())
    client.force_login(editor.user)
    for url in (
        reverse("routing:number_detail", args=[number.pk]),
        reverse("routing:home_panel"),
    ):
        page = client.get(url).content.decode()
        assert "+33 1 23 45 67 89 is abroad" in page
    DestinationPolicy.objects.update(international=["+33"])
    compile_customer(number.tenant, now=timezone.now())
    page = client.get(reverse("routing:home_panel")).content.decode()
    assert "is abroad" not in page


PAGES = [
    "number_detail",
    "divert",
    "plan_edit",
    "bulk_divert",
    "continuity",
    "settings",
]


def offered(client, page, number) -> bool:
    """Does a page offer the country taken back, or the 0800, among its choices?"""
    named = page in {"number_detail", "divert", "plan_edit"}
    where = reverse(f"routing:{page}", args=[number.pk] if named else [])
    asked = {"ids": number.pk} if page == "bulk_divert" else {}
    text = client.get(where, asked).text
    assert "</html>" in text or "<form" in text, page
    return f'value="{PARIS}"' in text or f'value="{FREE}"' in text


@pytest.mark.parametrize("page", PAGES)
def test_what_would_be_refused_is_not_offered(
    client, continuity_number, editor, approved, staff, page
):
    number = continuity_number
    for destination in (PARIS, FREE):
        forwarding.set_redirection(
            number=number,
            kind="cfu",
            destination=destination,
            member=editor,
            now=MONDAY,
            is_on=False,
        )
        send(number, destination, editor)
    # The phone's page offers what to switch on while nothing is.
    forwarding.end_divert(number=number, member=editor, now=LATER)
    make_live(number, ring(MOBILE), editor)
    plans.open_draft(number=number, member=editor)
    client.force_login(editor.user)
    assert offered(client, page, number)
    withdraw(approved, staff)
    assert not offered(client, page, number)


@pytest.fixture
def elsewhere(number, contract, acme, make_number):
    """A number of another site, for which the line of ``number``'s is not its own."""
    liege = Site.objects.create(tenant=acme, name="Liège", slug="liege")
    Line.objects.create(tenant=acme, site=liege, e164="+3242501300", channels=8)
    return make_number(contract, liege, "+3242501301")


def ends_for_globex(number, staff, globex, make_contract, make_number):
    """End a number, which is another customer's from the next day on."""
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    gent = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    Line.objects.create(tenant=globex, site=gent, e164="+3292501200")
    make_number(make_contract(globex), gent, number.e164, activated_on=NEXT_DAY.date())


def test_a_site_whose_line_ended_is_left_out_as_its_digits_are(
    number, elsewhere, editor, staff, acme, globex, make_contract, make_number
):
    document = ring("site:brussels")
    allowed = {"destination": MOBILE, "ring_s": 20}
    document["nodes"]["r1"]["targets"].append(allowed)
    make_live(elsewhere, document, editor)
    compile_customer(acme, now=MONDAY)
    assert goes_to(elsewhere) == "site:brussels"

    ends_for_globex(number, staff, globex, make_contract, make_number)
    compile_customer(acme, now=NEXT_DAY)

    plan = CompiledPlan.objects.get(number=elsewhere)
    assert plan.left_out == {"site:brussels": "ended_number"}
    assert number.e164 not in str(plan.body)
    assert goes_to(elsewhere, at=NEXT_DAY) == MOBILE
    tasks.announce_left_out(acme.pk)
    # Another line brings the site back.
    Line.objects.filter(site__slug="brussels").update(e164="+3225501999")
    compile_customer(acme, now=NEXT_DAY)
    assert goes_to(elsewhere, at=NEXT_DAY) == "site:brussels"


@pytest.mark.parametrize("destination", ["site:brussels", "+3225501200"])
def test_every_way_to_a_line_that_ended_is_shut(
    number,
    elsewhere,
    second,
    contract,
    editor,
    admin,
    staff,
    acme,
    make_number,
    destination,
):
    """The emergency, the redirection with its backup, the safety destination."""
    switched = make_number(
        contract, elsewhere.site, "+3242501302", ServiceOption.VOICE_CONTINUITY
    )
    send(elsewhere, destination, editor)
    forwarding.set_redirection(
        number=switched,
        kind="cfu",
        destination=destination,
        backup="site:brussels",
        member=editor,
        now=MONDAY,
    )
    every_number.set_safety_destination(
        destination="site:brussels", member=editor, now=MONDAY
    )
    assert number.e164 in str(CompiledPlan.objects.get(number=switched).body)
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    compile_customer(acme, now=NEXT_DAY)
    for one in (elsewhere, switched):
        plan = CompiledPlan.objects.get(number=one)
        assert number.e164 not in str(plan.body)
        assert set(plan.left_out.values()) == {"ended_number"}
        assert goes_to(one, at=NEXT_DAY) == "line"
        assert where_now(one, facts(one, NEXT_DAY)).destination == "line"


def test_a_site_whose_line_ended_is_neither_offered_nor_taken(
    number, elsewhere, editor, staff, acme, client
):
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    assert not CustomerRouting(acme, NEXT_DAY).may_send_to("site:brussels")
    assert CustomerRouting(acme, MONDAY).may_send_to("site:brussels")
    with pytest.raises(forwarding.DivertRefused):
        forwarding.divert(
            numbers=[elsewhere],
            destination="site:brussels",
            until=None,
            member=editor,
            now=NEXT_DAY,
        )
    with pytest.raises(ForbiddenDestination):
        every_number.set_safety_destination(
            destination="site:brussels", member=editor, now=NEXT_DAY
        )
    with pytest.raises(plans.PlanHasProblems):
        make_live(elsewhere, ring("site:brussels"), editor, now=NEXT_DAY)


@pytest.mark.parametrize("is_theirs", ["", "in service", "chosen since"])
def test_a_number_that_begins_later_is_judged_as_of_its_first_day(
    number, elsewhere, contract, editor, staff, acme, make_number, is_theirs
):
    begins = NEXT_DAY.date()
    later = make_number(contract, elsewhere.site, "+3242501302", activated_on=begins)
    last_day = begins if is_theirs == "in service" else MONDAY.date()
    release_number(number=number, last_day=last_day, actor=staff)
    if is_theirs == "chosen since":
        KnownDestination.objects.create(
            tenant=acme,
            e164=number.e164,
            first_used_at=NEXT_DAY,
            added_by=editor.user,
        )
    refused = nullcontext() if is_theirs else pytest.raises(plans.PlanHasProblems)
    with refused:
        make_live(later, ring("site:brussels"), editor)


def test_digits_that_begin_again_later_have_ended_in_between(
    number, elsewhere, contract, site, editor, staff, acme, make_number
):
    between, back = NEXT_DAY + dt.timedelta(days=9), NEXT_DAY + dt.timedelta(days=59)
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    make_number(contract, site, number.e164, activated_on=back.date())
    ended = CustomerRouting(acme, MONDAY).as_of(between.date()).shared.ended
    assert ended == CustomerRouting(acme, between).shared.ended == [number.e164]
    later = make_number(
        contract, elsewhere.site, "+3242501302", activated_on=between.date()
    )
    with pytest.raises(plans.PlanHasProblems):
        make_live(later, ring("site:brussels"), editor)


def test_the_digits_of_a_line_that_ended_are_a_new_destination(
    number, elsewhere, editor, staff, acme
):
    assert new_among([number.e164], acme) == []
    release_number(number=number, last_day=MONDAY.date(), actor=staff)
    assert new_among([number.e164], acme) == [number.e164]
    # The control: another main line, which the administrators were told of.
    assert new_among(["+3242501300"], acme) == []


def test_a_line_nobody_was_told_of_is_a_new_destination(site, acme, editor):
    Line.objects.create(tenant=acme, site=site, e164="+32470998877", is_main=False)
    assert new_among(["+32470998877"], acme) == ["+32470998877"]
