"""Nothing begins or ends inside a closed month, whichever way it is entered."""

import datetime as dt
import io
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils.html import strip_tags

from billing.models import (
    ContractOption,
    ContractSummary,
    Indexation,
    Invoice,
    InvoiceLine,
    OneOff,
    Order,
    Promotion,
)
from billing.services import closing, summaries
from contracts.models import Contract
from numbers.models import GeographicNumber, OptionPeriod
from numbers.services import inventory, options
from tenants.models import AuditEvent
from tests.billing.test_back_office import order_form, url
from tests.support.october import NOW, OCTOBER, order
from tests.support.october import one_off as stored_work
from traffic.models import Period
from vms_portal.kernel.open_months import MonthClosed, first_open_day, require_open

NOVEMBER = dt.date(2026, 11, 1)
DAY = dt.timedelta(days=1)
INSIDE = dt.date(2026, 10, 20)
LATER = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)


def close(month="2026-10", now=NOW) -> None:
    call_command("close_month", month, now=now, verbosity=0)


def text_of(answer) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.fixture
def october_closed(october) -> None:
    close()


# --- The judge ------------------------------------------------------------------


def test_without_a_closed_month_every_day_is_open(db):
    assert first_open_day() is None
    require_open(begins=dt.date(2001, 1, 1), ends=dt.date(2001, 1, 1))


@pytest.mark.parametrize("state", ["closing", "closed"])
def test_the_first_open_day_follows_the_last_month_that_closes(db, state):
    Period.objects.create(month=dt.date(2026, 12, 1), state=state)
    Period.objects.create(month=dt.date(2027, 1, 1))
    first = dt.date(2027, 1, 1)

    assert first_open_day() == first
    require_open(begins=first, ends=first - DAY)
    with pytest.raises(MonthClosed):
        require_open(begins=first - DAY)
    with pytest.raises(MonthClosed):
        require_open(ends=first - 2 * DAY)


@pytest.mark.parametrize("role", ["vms_staff", "vms_worker", "vms_owner"])
def test_who_enters_days_of_service_may_ask(october_closed, acting_as, role):
    with acting_as(role):
        assert first_open_day() == NOVEMBER


# --- The database ---------------------------------------------------------------


def begin(contract: Contract, kind: str, day: dt.date):
    """Something of this kind that begins on ``day``."""
    tenant, site = contract.tenant, GeographicNumber.objects.all()[0].site
    make = {
        "contract": lambda: Contract.objects.create(
            tenant=tenant, reference="C-9", state="active", activated_on=day,
            subscribed_on=INSIDE,
        ),
        "number": lambda: GeographicNumber.objects.create(
            tenant=tenant, contract=contract, site=site, e164="+3225501299",
            activated_on=day,
        ),
        "option": lambda: ContractOption.objects.create(
            tenant=tenant, contract=contract, order=order(contract, OCTOBER),
            code="REC_500MB", starts_on=day,
        ),
        "promotion": lambda: Promotion.objects.create(
            tenant=tenant, contract=contract, code="SUB", percent=50, starts_on=day
        ),
        "indexation": lambda: Indexation.objects.create(
            tenant=tenant, contract=contract, effective_on=day.replace(day=1),
            factor="1.02", applies_to=["SUB"], notified_on=OCTOBER,
        ),
    }  # fmt: skip
    return make[kind]()


KINDS = ["contract", "number", "option", "promotion", "indexation"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["vms_staff", "vms_worker"])
def test_nothing_begins_in_a_closed_month(
    october_closed, customers, acting_as, kind, role
):
    scope = {"scope": "system"} if role == "vms_worker" else {}
    with (
        acting_as(role, **scope),
        pytest.raises(IntegrityError, match="before 2026-11-01 are closed"),
        transaction.atomic(),
    ):
        begin(customers[0], kind, INSIDE)


@pytest.mark.parametrize("kind", KINDS)
def test_in_an_open_month_it_begins(october_closed, customers, kind):
    """The control of the test above."""
    assert begin(customers[0], kind, NOVEMBER).pk


def test_without_the_trigger_it_would_begin_unseen(october_closed, customers):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE vms_owner")
        cursor.execute(
            "ALTER TABLE billing_contractoption DISABLE TRIGGER billing_begins_open"
        )
        cursor.execute("SET ROLE vms_worker")
    begin(customers[0], "option", INSIDE)
    close("2026-11", LATER)
    assert [x.starts_on for x in InvoiceLine.objects.filter(code="REC_500MB")] == [
        NOVEMBER
    ], "October's part is lost: what the trigger is for"


CHANGES: dict[str, tuple[Any, list[str], dict[str, Any]]] = {
    "contract": (Contract, ["activated_on", "last_day"], {}),
    "number": (GeographicNumber, ["activated_on", "released_on"], {"contract_id": 0}),
    "period": (OptionPeriod, ["starts_on", "ends_on"], {"option": "DRS"}),
    "option": (
        ContractOption, ["starts_on", "ends_on"],
        {"quantity": 7, "code": "REC_500MB", "messages": 1, "quoted_price": 1},
    ),
    "promotion": (Promotion, ["starts_on", "ends_on"], {"percent": 2, "code": "SUB"}),
    "indexation": (Indexation, ["effective_on"], {"factor": 2}),
}  # fmt: skip


@pytest.fixture
def begun(october, customers) -> dict[str, object]:
    """One of each that October was billed with, stored before the close."""
    acme = customers[0]
    number = GeographicNumber.objects.filter(contract=acme)[0]
    made = {
        "contract": acme,
        "number": number,
        "period": OptionPeriod.objects.create(
            tenant=acme.tenant, number=number, option="CLASSIC", starts_on=OCTOBER
        ),
        "option": ContractOption.objects.get(),
        "promotion": Promotion.objects.create(
            tenant=acme.tenant, contract=acme, code="INSTALL", percent=1,
            starts_on=OCTOBER,
        ),
        "indexation": begin(acme, "indexation", OCTOBER),
    }  # fmt: skip
    close()
    return made


@pytest.mark.parametrize("kind", CHANGES)
def test_what_began_in_a_closed_month_is_settled(begun, acting_as, kind):
    model, days, fixed = CHANGES[kind]
    stored = model.objects.filter(pk=begun[kind].pk)
    changes = [{days[0]: NOVEMBER}, *({name: value} for name, value in fixed.items())]
    changes += [{name: INSIDE} for name in days[1:]]
    for change in changes:
        with (
            acting_as("vms_staff"),
            pytest.raises(IntegrityError, match="are closed"),
            transaction.atomic(),
        ):
            stored.update(**change)
    for day in (NOVEMBER - DAY, NOVEMBER + DAY):
        for name in days[1:]:
            assert stored.update(**{name: day}) == 1


@pytest.mark.parametrize("kind", ["option", "promotion", "indexation", "period"])
def test_what_was_billed_is_not_deleted(begun, kind):
    model = CHANGES[kind][0]
    with pytest.raises(IntegrityError, match="are closed"), transaction.atomic():
        model.objects.filter(pk=begun[kind].pk).delete()


def test_what_ended_in_a_closed_month_does_not_go_on(october, customers):
    ContractOption.objects.update(ends_on=INSIDE)
    close()
    with pytest.raises(IntegrityError, match="are closed"), transaction.atomic():
        ContractOption.objects.update(ends_on=None)


# --- The back office ------------------------------------------------------------


@pytest.fixture
def office(staff_client, october_closed, staff):
    staff_client.force_login(staff)
    return staff_client


def work_form(contract, done="2026-10-28", code="PROG_XLARGE", **more) -> dict:
    return order_form(contract, ordered_on="2026-10-20") | {
        "one_offs-TOTAL_FORMS": "1", "one_offs-0-code": code,
        "one_offs-0-quantity": "1", "one_offs-0-completed_on": done, **more,
    }  # fmt: skip


def test_work_of_a_closed_month_is_put_off_and_the_page_says_so(office, customers):
    answer = office.post(url("billing_order_add"), work_form(customers[0]), follow=True)

    told = "October 2026 is closed: PROG_XLARGE is billed with November 2026."
    assert told in text_of(answer)
    work = OneOff.objects.get(code="PROG_XLARGE")
    assert work.bill_in == NOVEMBER
    page = text_of(office.get(url("billing_order_change", work.order_id)))
    assert "November 2026" in page
    close("2026-11", LATER)
    line = InvoiceLine.objects.get(code="PROG_XLARGE")
    assert (line.net, line.invoice.month) == (Decimal("250.00"), NOVEMBER)
    assert "28 octobre 2026" in line.description


def test_work_of_an_open_month_is_not_put_off(office, customers):
    """The control of the test above."""
    form = work_form(customers[0], done="2026-11-03")
    answer = office.post(url("billing_order_add"), form, follow=True)
    assert "is closed" not in text_of(answer)
    assert OneOff.objects.get(code="PROG_XLARGE").bill_in is None


def change_form(work: OneOff, **changes) -> dict:
    """The form of an order as the page sends it, with changes of one work."""
    works = list(work.order.one_offs.order_by("pk"))
    form = order_form(work.contract) | {
        "reference": work.order.reference, "ordered_on": str(work.order.ordered_on),
        "one_offs-TOTAL_FORMS": str(len(works)),
        "one_offs-INITIAL_FORMS": str(len(works)),
    }  # fmt: skip
    for n, item in enumerate(works):
        values = {
            "id": item.pk, "order": item.order_id, "code": item.code,
            "quantity": item.quantity, "completed_on": item.completed_on or "",
            "quoted_price": "", **(changes if item == work else {}),
        }  # fmt: skip
        form |= {f"one_offs-{n}-{name}": value for name, value in values.items()}
    return form


@pytest.mark.parametrize(
    "change", [{"completed_on": "2026-11-05"}, {"quantity": "2"}, {"DELETE": "on"}]
)
def test_invoiced_work_is_credited_not_changed(office, customers, change):
    work = OneOff.objects.get(code="CONSULT_DAY")

    answer = office.post(
        url("billing_order_change", work.order_id), change_form(work, **change)
    )

    invoice = Invoice.objects.get(tenant=work.tenant)
    assert f"on invoice {invoice.reference}: it is credited" in text_of(answer)
    assert OneOff.objects.get(pk=work.pk).completed_on == work.completed_on
    close("2026-11", LATER)
    assert InvoiceLine.objects.filter(code="CONSULT_DAY").count() == 1


def test_work_put_off_can_be_corrected_until_it_is_billed(office, customers):
    office.post(url("billing_order_add"), work_form(customers[0]))
    work = OneOff.objects.get(code="PROG_XLARGE")
    where = url("billing_order_change", work.order_id)

    office.post(where, change_form(work, completed_on="2026-11-02"))
    work.refresh_from_db()
    assert (work.completed_on, work.bill_in) == (dt.date(2026, 11, 2), None)
    office.post(where, change_form(work, completed_on="2026-10-02"))
    work.refresh_from_db()
    assert (work.completed_on, work.bill_in) == (dt.date(2026, 10, 2), NOVEMBER)


def test_the_work_of_an_order_is_added_to_beside_invoiced_work(office, customers):
    work = OneOff.objects.get(code="CONSULT_DAY")
    form = change_form(work)
    form |= {
        "one_offs-TOTAL_FORMS": "2", "one_offs-1-code": "PROG_SMALL",
        "one_offs-1-quantity": "1", "one_offs-1-completed_on": "2026-11-04",
    }  # fmt: skip
    answer = office.post(url("billing_order_change", work.order_id), form, follow=True)
    assert "was changed successfully" in text_of(answer)
    assert OneOff.objects.filter(code="PROG_SMALL").exists()


def test_an_option_of_a_closed_month_is_refused_with_the_first_open_day(
    office, customers
):
    form = order_form(customers[0]) | {
        "options-TOTAL_FORMS": "1", "options-0-code": "REC_500MB",
        "options-0-quantity": "1", "options-0-starts_on": "2026-10-01",
    }  # fmt: skip
    refused = text_of(office.post(url("billing_order_add"), form))
    assert "are closed and billed: choose 1 November 2026 or later." in refused
    assert ContractOption.objects.count() == 1

    office.post(url("billing_order_add"), form | {"options-0-starts_on": "2026-11-01"})
    assert ContractOption.objects.count() == 2


def contract_form(contract: Contract, **rows) -> dict:
    form = {"reference": contract.reference, "channels": contract.channels}
    for part in ("quote", "promotions", "indexations"):
        form |= {f"{part}-TOTAL_FORMS": "0", f"{part}-INITIAL_FORMS": "0"}
    return form | rows


@pytest.mark.parametrize(
    "rows",
    [
        {
            "promotions-TOTAL_FORMS": "1", "promotions-0-code": "SUB",
            "promotions-0-percent": "50", "promotions-0-starts_on": "2026-10-15",
        },
        {
            "indexations-TOTAL_FORMS": "1", "indexations-0-effective_on": "2026-10-01",
            "indexations-0-factor": "1.02", "indexations-0-applies_to": "SUB",
            "indexations-0-notified_on": "2026-08-01",
        },
    ],
)  # fmt: skip
def test_promotions_and_indexations_of_a_closed_month_are_refused(
    office, customers, rows
):
    where = url("contracts_contract_change", customers[0].pk)

    refused = office.post(where, contract_form(customers[0], **rows))

    assert refused.status_code == 200
    assert "are closed and billed: choose" in text_of(refused)
    assert not Promotion.objects.exists()
    assert not Indexation.objects.exists()


def test_a_number_of_a_closed_month_is_refused_with_the_first_open_day(
    office, customers
):
    site = GeographicNumber.objects.filter(contract=customers[0])[0].site
    form = {
        "contract": customers[0].pk, "site": site.pk, "e164": "02 550 12 99",
        "label": "", "option": "CLASSIC", "activated_on": "2026-10-05",
    }  # fmt: skip
    refused = office.post(url("numbers_geographicnumber_add"), form)
    assert "are closed and billed: choose" in text_of(refused)
    assert not GeographicNumber.objects.filter(e164="+3225501299").exists()

    form["activated_on"] = "2026-11-01"
    office.post(url("numbers_geographicnumber_add"), form)
    assert GeographicNumber.objects.filter(e164="+3225501299").exists()


def test_a_number_ends_on_the_last_closed_day_or_later(office, customers):
    number = GeographicNumber.objects.filter(contract=customers[0])[0]
    where = url("numbers_geographicnumber_change", number.pk)
    form = {
        "site": number.site_id, "label": "", "change_to": "", "change_from": "",
        "option_periods-TOTAL_FORMS": "0", "option_periods-INITIAL_FORMS": "0",
    }  # fmt: skip
    refused = office.post(where, form | {"released_on": "2026-10-30"})
    assert "It is billed until" in text_of(refused)
    answer = {"confirmed": "on", "reason": "moves away"}
    office.post(where, form | answer | {"released_on": "2026-10-31"})
    number.refresh_from_db()
    assert number.released_on == NOVEMBER - DAY


# --- The import, the services, the rest -----------------------------------------


def import_file(tmp_path, *rows: str) -> str:
    file = tmp_path / "more.csv"
    head = "number,site,option,activated_on,released_on,option_from"
    file.write_text("\n".join([head, *rows, ""]))
    out = io.StringIO()
    call_command(
        "import_numbers", str(file), customer="ACME", contract="C1", verbosity=0,
        stdout=out,
    )  # fmt: skip
    return out.getvalue()


def test_an_import_of_a_closed_month_is_refused_row_by_row(october_closed, tmp_path):
    with pytest.raises(CommandError) as told:
        import_file(
            tmp_path, "+3225501298,Brussels,DRS,2026-11-01,,",
            "+3225501299,Brussels,DRS,2026-10-05,,",
        )  # fmt: skip
    assert "Row 3, activated_on: The months before 2026-11-01" in str(told.value)
    assert not GeographicNumber.objects.filter(e164="+3225501298").exists()
    assert "1 added" in import_file(tmp_path, "+3225501298,Brussels,DRS,2026-11-01,,")


def test_services_refuse_what_forms_refuse(october_closed, customers):
    number = GeographicNumber.objects.filter(contract=customers[0])[0]
    with pytest.raises(MonthClosed) as refused:
        inventory.add_number(
            contract=customers[0], site=number.site, e164="+3225501299",
            option="DRS", activated_on=INSIDE, actor="test",
        )  # fmt: skip
    assert refused.value.first == NOVEMBER
    with pytest.raises(MonthClosed):
        inventory.release_number(number=number, last_day=INSIDE, actor="test")
    with pytest.raises(MonthClosed):
        options.change_option(
            number=number, option="DRS", from_day=INSIDE, today=OCTOBER, actor="test"
        )


def test_work_of_a_contract_agreed_after_the_close_is_put_off(
    october, acme, make_draft, staff, price_list, files
):
    draft = make_draft("C-LATER", state="sent")
    work = stored_work(draft, "PROG_LARGE", "2026-10-02", "2026-10-09")
    close()
    summary = summaries.draw_up(contract=draft, actor=staff, now=NOW)
    ContractSummary.objects.filter(pk=summary.pk).update(state="sent")
    draft.refresh_from_db()
    agreement = {"name": "A", "terms_version": "1", "sha256": "0" * 64}
    summary.agreement = summaries.Agreement.objects.create(
        tenant=acme, summary=summary, agreed_by=staff, agreed_at=NOW, **agreement
    )
    summaries.apply_agreement(summary_id=summary.pk, now=NOW)

    work.refresh_from_db()
    assert work.bill_in == NOVEMBER
    event = AuditEvent.objects.get(action="contract.agreed")
    assert event.detail == {"rows": ["PROG_LARGE x 1.00: 2026-11"]}
    close("2026-11", LATER)
    lines = InvoiceLine.objects.filter(contract=draft.reference, code="PROG_LARGE")
    assert [line.net for line in lines] == [Decimal("150.00")]


# --- Beside a close -------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["option", "number"])
def test_a_close_waits_for_who_writes_and_bills_it(october, customers, kind):
    done: list[str] = []

    def start() -> None:
        closing.start_close(month=OCTOBER, now=NOW)
        done.append("closing")
        connection.close()

    with transaction.atomic():
        begin(customers[0], kind, INSIDE)
        beside = threading.Thread(target=start)
        beside.start()
        beside.join(1)
        assert not done, "the close did not wait"
    beside.join(30)
    assert done == ["closing"]

    close()
    usage = closing.usage_by_tenant(OCTOBER, [customers[0].tenant_id])
    counts = usage[customers[0].tenant_id]["contracts"][str(customers[0].pk)]
    codes = set(InvoiceLine.objects.values_list("code", flat=True))
    if kind == "option":
        assert "REC_500MB" in codes
    else:
        assert counts["numbers"][-1]["count"] == 21


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_a_close_begins_sees_it_closing(october, customers):
    """A second connection holds the close in its transaction."""
    outcome: list[object] = []

    def enter() -> None:
        try:
            begin(customers[0], "option", INSIDE)
        except IntegrityError as error:
            outcome.append(error)
        else:
            outcome.append("stored")
        connection.close()

    with transaction.atomic():
        closing.start_close(month=OCTOBER, now=NOW)
        beside = threading.Thread(target=enter)
        beside.start()
        beside.join(1)
        assert not outcome, "the writer did not wait"
    beside.join(30)
    assert isinstance(outcome[0], IntegrityError)
    assert ContractOption.objects.count() == 1


# --- What a closed month did not bill -------------------------------------------


def option_form(option: ContractOption, **changes) -> dict:
    values = {
        "id": option.pk, "order": option.order_id, "code": option.code,
        "quantity": option.quantity, "messages": option.messages or "",
        "starts_on": option.starts_on, "ends_on": "", "quoted_price": "", **changes,
    }  # fmt: skip
    form = order_form(
        option.contract, reference=option.order.reference,
        ordered_on=option.order.ordered_on,
    )  # fmt: skip
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
    for order_id in (option.order_id, work.earliest("pk").order_id):
        with (
            acting_as(role, scope="system"),
            pytest.raises(IntegrityError, match="closed"),
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
