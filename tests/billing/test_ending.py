"""A contract ends: never inside a closed month, and its numbers with it."""

import datetime as dt

import pytest
from django.core.management import call_command

from billing.models import InvoiceLine
from billing.services import contracts
from contracts.models import Contract
from numbers.models import GeographicNumber, OptionPeriod
from numbers.services import inventory
from tenants.models import AuditEvent
from tests.billing.closed_months import text_of
from tests.support.billing_office import read, url
from tests.support.october import NOW, OCTOBER
from traffic.models import CallRecord, QuarantinedRecord
from vms_portal.kernel.data.open_months import MonthClosed
from vms_portal.kernel.formatting import display

END = dt.date(2026, 10, 31)
TWENTIETH = dt.date(2026, 10, 20)


@pytest.fixture
def globex_contract(customers) -> Contract:
    return customers[1]


@pytest.fixture
def office(staff_client, october, staff):
    staff_client.force_login(staff)
    return staff_client


def close(month="2026-10", now=NOW) -> None:
    call_command("close_month", month, now=now, verbosity=0)


def end(office, contract, day: str, **more: str) -> str:
    where = url("contracts_contract_terminate", contract.pk)
    answer = {
        "day": day,
        "reason": "moves away",
        "typed": contract.reference,
        "confirmed": "on",
    }
    return text_of(office.post(where, answer | more, follow=True))


def test_an_end_inside_a_closed_month_is_refused_with_what_is_possible(
    office, globex_contract
):
    close()

    page = end(office, globex_contract, "2026-10-20")

    assert "It is billed until 31 October 2026: choose that day" in page
    assert "one from 1 November 2026 on. What was billed too much is credited." in page
    globex_contract.refresh_from_db()
    assert (globex_contract.state, globex_contract.last_day) == ("active", None)
    own = GeographicNumber.objects.filter(contract=globex_contract)
    assert not own.exclude(released_on=None).exists()


@pytest.mark.parametrize("day", ["2026-10-31", "2026-11-01", "2026-11-15"])
def test_numbers_end_with_their_contract(office, globex_contract, day):
    close()
    own = GeographicNumber.objects.filter(contract=globex_contract)
    count = own.count()

    before = text_of(
        office.get(url("contracts_contract_terminate", globex_contract.pk))
    )
    assert f"{count} numbers end with the contract" in before
    assert "closed and billed to their end" in before
    page = end(office, globex_contract, day)

    assert f"Its numbers end with it: {count}." in page
    last_day = dt.date.fromisoformat(day)
    assert set(own.values_list("released_on", flat=True)) == {last_day}
    event = AuditEvent.objects.get(action="contract.terminated")
    assert event.detail == {
        "last_day": day,
        "numbers": count,
        "reason": "moves away",
        "sites": ["Gent"],
    }


def test_calls_after_the_end_are_set_aside(office, globex_contract, tmp_path):
    """They belong to nobody: staff see them, no invoice holds them."""
    number = GeographicNumber.objects.filter(contract=globex_contract)[0]
    end(office, globex_contract, "2026-10-20")
    stored = CallRecord.objects.filter(number=number).count()
    head = (
        "source,call_id,called,caller,started_at,ringing_at,answered_at,ended_at,"
        "treatment,outcome,destination,plan_version"
    )
    row = "sw9,{0},{1},+32475123456,{2},,,,rerouted,answered,+3225550000,"
    file = tmp_path / "after.csv"
    rows = [
        row.format(n, number.e164, start)
        for n, start in enumerate(
            ["2026-10-20T21:59:00Z", "2026-10-20T22:00:00Z", "2026-10-25T10:00:00Z"]
        )
    ]
    file.write_text("\n".join([head, *rows, ""]))
    call_command("import_call_records", str(file), now=NOW, verbosity=0)

    assert CallRecord.objects.filter(number=number).count() == stored + 1
    aside = QuarantinedRecord.objects.filter(source="sw9")
    assert set(aside.values_list("reason", flat=True)) == {"unknown_number"}


def test_a_number_with_an_earlier_end_keeps_it(office, globex_contract, staff):
    first, *others = GeographicNumber.objects.filter(contract=globex_contract)
    OptionPeriod.objects.create(
        tenant=first.tenant, number=others[0], option="DRS", starts_on=END
    )
    inventory.release_number(number=first, last_day=TWENTIETH, actor="test")

    contracts.terminate(
        contract=globex_contract, last_day=END, reason="x", actor=staff, now=NOW
    )

    first.refresh_from_db()
    assert first.released_on == TWENTIETH
    assert OptionPeriod.objects.get(number=others[0]).ends_on == END


def test_a_number_added_to_a_contract_that_ends_ends_with_it(
    october, globex_contract, staff
):
    contracts.terminate(
        contract=globex_contract, last_day=END, reason="x", actor=staff, now=NOW
    )
    site = GeographicNumber.objects.filter(contract=globex_contract)[0].site
    values = {"contract": globex_contract, "site": site, "option": "DRS"}

    number = inventory.add_number(
        **values, e164="+3292501298", activated_on=TWENTIETH, actor="test"
    )
    assert number.released_on == END
    assert number.option_periods.get().ends_on == END
    with pytest.raises(inventory.OutsideContract):
        inventory.add_number(
            **values,
            e164="+3292501299",
            activated_on=dt.date(2026, 11, 1),
            actor="test",
        )
    with pytest.raises(inventory.OutsideContract):
        inventory.add_number(
            **values,
            e164="+3292501299",
            activated_on=dt.date(2026, 10, 15),
            actor="test",
        )


def test_an_import_into_a_contract_that_ends_needs_an_end(
    october, globex_contract, tmp_path, staff
):
    contracts.terminate(
        contract=globex_contract, last_day=END, reason="x", actor=staff, now=NOW
    )
    file = tmp_path / "more.csv"
    row = (
        "number,site,option,activated_on,released_on\n+3292501298,Gent,DRS,2026-10-21,"
    )

    def told(released_on: str) -> str:
        file.write_text(f"{row}{released_on}\n")
        try:
            call_command(
                "import_numbers",
                str(file),
                customer="GLOBEX",
                contract=globex_contract.reference,
                verbosity=0,
            )
        except Exception as error:
            return str(error)
        return ""

    assert "The last day of the contract is 31 October 2026." in told("")
    assert "The last day of the contract is 31 October 2026." in told("2026-11-01")
    assert told("2026-10-31") == ""


def test_a_contract_does_not_start_in_a_closed_month(
    october, acme, make_contract, staff
):
    close()
    draft = make_contract(acme, state="agreed", activated_on=None)
    with pytest.raises(MonthClosed):
        contracts.activate(contract=draft, activated_on=OCTOBER, actor=staff, now=NOW)


def test_what_ends_in_an_open_month_is_billed_to_its_day(office, globex_contract):
    end(office, globex_contract, "2026-10-20")
    close()
    line = InvoiceLine.objects.get(contract=globex_contract.reference, code="SUB")
    assert (line.quantity, str(line.net)) == (5, "8.60")


def test_a_number_to_come_is_named_with_the_ends_that_are_possible(
    office, globex_contract
):
    own = GeographicNumber.objects.filter(contract=globex_contract).order_by("pk")
    first = own[0]
    begins = dt.date(2026, 12, 24)
    OptionPeriod.objects.filter(number=first).update(starts_on=begins)
    GeographicNumber.objects.filter(pk=first.pk).update(activated_on=begins)

    page = end(office, globex_contract, "2026-11-30")
    assert f"{display(first.e164)} on 24 December 2026" in page
    assert "Choose 24 December 2026 or a later day" in page
    globex_contract.refresh_from_db()
    assert globex_contract.state == "active"

    # One number more ends then than the question said.
    where = url("contracts_contract_terminate", globex_contract.pk)
    opened = read(office.get(where).text)
    asked = end(office, globex_contract, "2026-12-24", **opened)
    assert "other things happen than were said before" in asked
    globex_contract.refresh_from_db()
    assert globex_contract.state == "active"
    end(office, globex_contract, "2026-12-24")
    first.refresh_from_db()
    assert first.released_on == begins
