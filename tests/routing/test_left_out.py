"""What was allowed once and is no longer is not called any more, and is told."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from numbers.models import DestinationPolicy
from numbers.services.policy import set_destination_policy
from routing import tasks
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.services import every_number, forwarding, plans
from routing.services.compiling import compile_customer
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring
from tests.support.left_out import FREE, LATER, PARIS, forward, goes_to, send, written
from tests.support.mails import send_due


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
