"""What a closed month billed of an order stays; what it did not bill can change."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from billing.models import ContractOption, Invoice, InvoiceLine, OneOff, Order
from tests.billing.closed_months import INSIDE, begin, close, text_of
from tests.support.billing_office import order_form, url


@pytest.fixture
def office(staff_client, october_closed, staff):
    staff_client.force_login(staff)
    return staff_client


def option_form(option: ContractOption, **changes) -> dict:
    values = {
        "id": option.pk,
        "order": option.order_id,
        "code": option.code,
        "quantity": option.quantity,
        "messages": option.messages or "",
        "starts_on": option.starts_on,
        "ends_on": "",
        "quoted_price": "",
        **changes,
    }
    form = order_form(
        option.contract,
        reference=option.order.reference,
        ordered_on=option.order.ordered_on,
    )
    form |= {"options-TOTAL_FORMS": "1", "options-INITIAL_FORMS": "1"}
    return form | {f"options-0-{name}": value for name, value in values.items()}


@pytest.mark.parametrize("change", [{"quoted_price": "9"}, {"quantity": "3"}])
def test_an_option_that_was_billed_changes_by_another_one(office, change):
    option = ContractOption.objects.get()
    where = url("billing_order_change", option.order_id)
    refused = text_of(office.post(where, option_form(option, **change)))
    assert "It is billed already: end it, and add another." in refused
    refused = text_of(office.post(where, option_form(option, DELETE="on")))
    assert "it can be ended, not deleted" in refused
    office.post(where, option_form(option, ends_on="2026-11-10"))
    option.refresh_from_db()
    assert option.ends_on == dt.date(2026, 11, 10)


def test_the_order_of_an_option_that_was_billed_keeps_its_day(office):
    """A later day would give the option the prices of another list."""
    option = ContractOption.objects.get()
    day = option.order.ordered_on
    moved = option_form(option) | {"ordered_on": "2026-11-20"}

    office.post(url("billing_order_change", option.order_id), moved)

    option.order.refresh_from_db()
    assert option.order.ordered_on == day


@pytest.mark.parametrize("role", ["vms_staff", "vms_worker"])
def test_the_database_keeps_the_day_of_a_billed_order(october_closed, acting_as, role):
    option, work = ContractOption.objects.get(), OneOff.objects.filter(code="INSTALL")
    told = "closed" if role == "vms_staff" else "permission denied"
    for order_id in (option.order_id, work.earliest("pk").order_id):
        with (
            acting_as(role, scope="system"),
            pytest.raises(DatabaseError, match=told),
            transaction.atomic(),
        ):
            Order.objects.filter(pk=order_id).update(ordered_on=dt.date(2026, 11, 20))


def test_an_order_of_which_nothing_was_billed_changes_its_day(office, customers):
    """The control of the tests above."""
    option = begin(customers[0], "option", dt.date(2026, 11, 10))
    moved = option_form(option) | {"ordered_on": "2026-11-05"}

    office.post(url("billing_order_change", option.order_id), moved)

    option.order.refresh_from_db()
    assert option.order.ordered_on == dt.date(2026, 11, 5)


def test_the_price_of_an_option_of_a_customer_set_aside_is_entered(
    staff_client, october, customers, staff
):
    option = begin(customers[0], "option", INSIDE)
    ContractOption.objects.filter(pk=option.pk).update(code="STAT_1")
    option.refresh_from_db()
    close()
    assert not Invoice.objects.filter(tenant=option.tenant).exists()
    staff_client.force_login(staff)

    where = url("billing_order_change", option.order_id)
    staff_client.post(where, option_form(option, quoted_price="31.00"))
    close()

    line = InvoiceLine.objects.get(code="STAT_1")
    assert (line.quantity, line.net) == (12, Decimal("12.00"))


def test_an_option_of_a_contract_not_in_service_moves_along(
    office, acme, make_contract, october_closed
):
    """The start slipped past a close: nothing was billed of it."""
    draft = make_contract(acme, state="draft", activated_on=None)
    run_as_owner("DISABLE")
    option = begin(draft, "option", INSIDE)
    run_as_owner("ENABLE")

    where = url("billing_order_change", option.order_id)
    office.post(where, option_form(option, starts_on="2026-11-20", quantity="2"))

    option.refresh_from_db()
    assert (option.starts_on, option.quantity) == (dt.date(2026, 11, 20), 2)


def run_as_owner(what: str) -> None:
    """Let an option begin in a closed month, as before that month was closed."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(
            f"ALTER TABLE billing_contractoption {what} TRIGGER billing_begins_open"
        )
        cursor.execute("SET ROLE vms_worker")
