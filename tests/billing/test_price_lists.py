"""Price lists begin on a day to come, and can be withdrawn until then."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from billing.models import PriceList
from billing.services import prices as service
from billing.services.summaries import draw_up
from tenants.models import AuditEvent
from tests.support.crossing import Lock, crossed
from tests.support.october import NOW, make_price_list, order
from tests.support.price_lists import FUTURE, form, url
from tests.support.races import at_once
from vms_portal.kernel.local_time import local_date


@pytest.mark.parametrize("days", [-400, -1, 0])
def test_a_list_of_the_past_or_of_today_is_refused(
    staff_client, price_list, staff, days
):
    day = local_date(timezone.now()) + dt.timedelta(days=days)
    staff_client.force_login(staff)

    answer = staff_client.post(url("add"), form(price_list, day))

    assert "begins on a future date" in answer.text
    assert PriceList.objects.get() == price_list


def test_a_list_of_tomorrow_is_taken_and_recorded(staff_client, price_list, staff):
    day = local_date(timezone.now()) + dt.timedelta(days=1)
    staff_client.force_login(staff)

    staff_client.post(url("add"), form(price_list, day))

    assert PriceList.objects.get(reference="PL-X").valid_from == day
    event = AuditEvent.objects.get(action="pricelist.added")
    assert event.detail == {"from": day.isoformat()}


@pytest.mark.parametrize("what", ["order", "contract"])
def test_a_list_that_would_price_what_is_ordered_is_refused(
    staff_client, price_list, acme, make_contract, staff, what
):
    subscribed = FUTURE if what == "contract" else dt.date(2026, 9, 1)
    contract = make_contract(acme, reference="C-7", subscribed_on=subscribed)
    if what == "order":
        order(contract, FUTURE)
    staff_client.force_login(staff)

    for day in (FUTURE, FUTURE - dt.timedelta(days=30)):
        answer = staff_client.post(url("add"), form(price_list, day))
        assert "Something is ordered on days this list would price" in answer.text

    staff_client.post(url("add"), form(price_list, FUTURE + dt.timedelta(days=1)))
    assert PriceList.objects.filter(reference="PL-X").exists()


def test_a_list_to_come_is_not_moved_into_the_past(staff_client, price_list, staff):
    future = make_price_list("PL-FUTURE", FUTURE)
    staff_client.force_login(staff)
    moved = form(price_list, "2026-09-01") | {"reference": "PL-FUTURE"}

    answer = staff_client.post(url("change", future.pk), moved)

    assert "begins on a future date" in answer.text
    future.refresh_from_db()
    assert future.valid_from == FUTURE


def test_two_dates_in_one_form_are_refused(staff_client, price_list, staff):
    staff_client.force_login(staff)
    told = form(price_list, FUTURE, valid_from="2027-09-01")

    answer = staff_client.post(url("add"), told)

    assert "The JSON says valid_from 2027-09-01" in answer.text
    staff_client.post(url("add"), form(price_list, FUTURE, valid_from="2099-01-01"))
    assert "valid_from" not in PriceList.objects.get(reference="PL-X").definition


def test_the_service_refuses_the_past_as_well(price_list, staff):
    past = PriceList(
        reference="PL-Y", valid_from=local_date(NOW), definition=price_list.definition
    )
    with pytest.raises(service.NotToCome):
        service.enter(prices=past, actor=staff, now=NOW)


def test_the_database_refuses_the_past_to_staff_and_to_moves(price_list, acting_as):
    future = make_price_list("PL-FUTURE", FUTURE)
    past = dt.date(2026, 9, 1)
    refused = pytest.raises(IntegrityError, match="day to come")
    with acting_as("vms_staff"):
        with refused, transaction.atomic():
            make_price_list("PL-PAST", past)
        with refused, transaction.atomic():
            PriceList.objects.filter(pk=future.pk).update(valid_from=past)


def test_without_the_trigger_it_would_not(price_list, acting_as):
    """The control of the test above."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute("ALTER TABLE billing_pricelist DISABLE TRIGGER USER")
        cursor.execute("SET ROLE vms_worker")
    with acting_as("vms_staff"):
        make_price_list("PL-PAST", dt.date(2026, 9, 1))


def test_a_list_to_come_is_withdrawn_with_a_reason(staff_client, price_list, staff):
    future = make_price_list("PL-FUTURE", FUTURE)
    staff_client.force_login(staff)
    address = url("withdraw", future.pk)

    assert address in staff_client.get(url("change", future.pk)).text
    assert "the list before it goes on" in staff_client.get(address).text
    staff_client.post(address, {"reason": "", "confirmed": "on"})
    assert PriceList.objects.filter(pk=future.pk).exists()
    sent = {"reason": "A \u202etypo", "confirmed": "on"}
    answer = staff_client.post(address, sent, follow=True)

    assert "PL-FUTURE is withdrawn" in answer.text
    assert PriceList.objects.get() == price_list
    event = AuditEvent.objects.get(action="pricelist.withdrawn")
    assert event.target_label == "PL-FUTURE"
    assert event.detail["reason"] == "A typo"
    assert event.detail["prices"] == future.definition


@pytest.mark.django_db(transaction=True)
def test_a_list_is_withdrawn_while_somebody_changes_it(price_list, staff, acting_as):
    """Who changes it holds off orders, and then writes the row."""
    future = make_price_list("PL-FUTURE", FUTURE)
    orders = Lock("SELECT pg_advisory_xact_lock(7267, 0)")
    row = Lock("SELECT FROM billing_pricelist WHERE id = %s FOR UPDATE", [future.pk])
    crossing = crossed(orders, row, role="vms_staff")
    with acting_as("vms_staff"), crossing as ended:
        service.withdraw(prices=future, reason="A typo", actor=staff, now=NOW)
    assert ended == []
    assert not PriceList.objects.filter(pk=future.pk).exists()


def test_one_in_force_is_never_withdrawn(staff_client, price_list, staff):
    staff_client.force_login(staff)

    answer = staff_client.post(url("withdraw", price_list.pk), {"reason": "A typo"})

    assert answer.status_code == 403
    assert "/withdraw/" not in staff_client.get(url("change", price_list.pk)).text


def test_one_that_something_rests_on_is_not_withdrawn(
    price_list, make_draft, staff, files, acting_as
):
    future = make_price_list("PL-FUTURE", FUTURE)
    contract = make_draft("C-7", subscribed_on=FUTURE)
    with acting_as("vms_staff"), pytest.raises(service.AlreadyOrdered):
        service.withdraw(prices=future, reason="A typo", actor=staff, now=NOW)
    draw_up(contract=contract, actor=staff, now=NOW)
    type(contract).objects.filter(pk=contract.pk).update(
        subscribed_on=dt.date(2026, 9, 1)
    )
    with acting_as("vms_staff"), pytest.raises(service.InUse):
        service.withdraw(prices=future, reason="A typo", actor=staff, now=NOW)
    assert PriceList.objects.filter(pk=future.pk).exists()
    assert not AuditEvent.objects.filter(action="pricelist.withdrawn").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["order", "contract"])
@pytest.mark.parametrize("is_held", [True, False])
def test_a_list_waits_for_what_is_ordered_at_the_same_moment(
    price_list, acme, make_contract, staff, acting_as, monkeypatch, what, is_held
):
    """Else the order would have other prices than those it was made with.

    Without the lock the list is taken: the control.
    """
    if not is_held:
        monkeypatch.setattr(service, "hold_off_orders", lambda: None)
    contract = make_contract(acme, reference="C-7", subscribed_on=dt.date(2026, 9, 1))
    definition = price_list.definition
    ordered, entered = threading.Event(), threading.Event()

    def order_something() -> None:
        with transaction.atomic(), acting_as("vms_staff"):
            if what == "order":
                order(contract, FUTURE)
            else:
                drafted = {"state": "draft", "activated_on": None}
                make_contract(acme, reference="C-8", subscribed_on=FUTURE, **drafted)
            ordered.set()
            entered.wait(timeout=1)

    def enter_list() -> None:
        assert ordered.wait(timeout=10)
        prices = PriceList(reference="PL-X", valid_from=FUTURE, definition=definition)
        with acting_as("vms_staff"):
            service.enter(prices=prices, actor=staff, now=timezone.now())
        entered.set()

    refused, outcome = at_once(order_something, enter_list)
    assert refused is None
    assert isinstance(outcome, service.AlreadyOrdered) is is_held
    assert PriceList.objects.filter(reference="PL-X").exists() is not is_held
