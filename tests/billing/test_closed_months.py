"""Nothing begins or ends inside a closed month, whichever way it is entered."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.models import (
    ContractOption,
    ContractSummary,
    Indexation,
    InvoiceLine,
    Promotion,
)
from billing.services import summaries
from contracts.models import Contract
from numbers.models import GeographicNumber, OptionPeriod
from numbers.services import inventory, options
from tenants.models import AuditEvent
from tests.billing.closed_months import DAY, INSIDE, LATER, NOVEMBER, begin, close
from tests.support.october import NOW, OCTOBER
from tests.support.october import one_off as stored_work
from traffic.models import Period
from vms_portal.kernel.data.open_months import MonthClosed, first_open_day, require_open

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


KINDS = ["contract", "number", "option", "promotion", "indexation"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["vms_staff", "vms_worker"])
def test_nothing_begins_in_a_closed_month(
    october_closed, customers, acting_as, kind, role
):
    scope = {"scope": "system"} if role == "vms_worker" else {}
    told = "before 2026-11-01 are closed"
    if (role, kind) == ("vms_staff", "contract"):
        told = "is not agreed"
    if role == "vms_worker" and kind in ("promotion", "indexation"):
        told = "permission denied"
    with (
        acting_as(role, **scope),
        pytest.raises(DatabaseError, match=told),
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
        ContractOption,
        ["starts_on", "ends_on"],
        {"quantity": 7, "code": "REC_500MB", "messages": 1, "quoted_price": 1},
    ),
    "promotion": (Promotion, ["starts_on", "ends_on"], {"percent": 2, "code": "SUB"}),
    "indexation": (Indexation, ["effective_on"], {"factor": 2}),
}


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
            tenant=acme.tenant,
            contract=acme,
            code="INSTALL",
            percent=1,
            starts_on=OCTOBER,
        ),
        "indexation": begin(acme, "indexation", OCTOBER),
    }
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


# --- The import, the services, the rest -----------------------------------------


def import_file(tmp_path, *rows: str) -> str:
    file = tmp_path / "more.csv"
    head = "number,site,option,activated_on,released_on,option_from"
    file.write_text("\n".join([head, *rows, ""]))
    out = io.StringIO()
    call_command(
        "import_numbers",
        str(file),
        customer="ACME",
        contract="C1",
        verbosity=0,
        stdout=out,
    )
    return out.getvalue()


def test_an_import_of_a_closed_month_is_refused_row_by_row(october_closed, tmp_path):
    with pytest.raises(CommandError) as told:
        import_file(
            tmp_path,
            "+3225501298,Brussels,DRS,2026-11-01,,",
            "+3225501299,Brussels,DRS,2026-10-05,,",
        )
    assert "Row 3, activated_on: The months before 1 November 2026" in str(told.value)
    assert not GeographicNumber.objects.filter(e164="+3225501298").exists()
    assert "1 added" in import_file(tmp_path, "+3225501298,Brussels,DRS,2026-11-01,,")


def test_services_refuse_what_forms_refuse(october_closed, customers):
    number = GeographicNumber.objects.filter(contract=customers[0])[0]
    with pytest.raises(MonthClosed) as refused:
        inventory.add_number(
            contract=customers[0],
            site=number.site,
            e164="+3225501299",
            option="DRS",
            activated_on=INSIDE,
            actor="test",
        )
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
