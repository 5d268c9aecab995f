"""The network brings calls in; it knows nobody, and what numbers are for neither."""

import datetime as dt

import pytest
from django.db import ProgrammingError, connection, transaction

from numbers.models import GeographicNumber
from tenants.models import Tenant
from tests.support.deliveries import row
from tests.support.october import NOW
from traffic.ingest.delivery import IngestResult, read_delivery
from traffic.ingest.record import as_row
from traffic.ingest.storage import store_batch
from traffic.models import CallRecord, ContractDay, Period, QuarantinedRecord

OWNER = {
    "activated_on",
    "contract_id",
    "e164",
    "id",
    "released_on",
    "tenant_id",
}
OF_NUMBERS = {field.attname for field in GeographicNumber._meta.concrete_fields}
UNREAD = [
    *(f"tenants_tenant.{field.attname}" for field in Tenant._meta.concrete_fields),
    *(f"numbers_geographicnumber.{column}" for column in sorted(OF_NUMBERS - OWNER)),
    "contracts_contract.id",
    "numbers_destinationpolicy.id",
    "numbers_line.id",
    "numbers_optionperiod.id",
    "numbers_site.id",
    "routing_compiledplan.id",
    "traffic_period.closed_at",
]
UNWRITTEN = [
    "UPDATE traffic_contractday SET day = day",
    "UPDATE traffic_contractmonth SET contract_id = contract_id",
    "UPDATE traffic_ingestbatch SET key = key",
    "UPDATE traffic_quarantinedrecord SET note = note",
    "INSERT INTO traffic_period (month, closed_at) VALUES ('2026-05-01', now())",
    "INSERT INTO traffic_callrecord (tenant_id) VALUES (1)",
]


def ask(acting_as, statement: str) -> None:
    acting = acting_as("vms_network")
    with acting, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("column", UNREAD)
def test_the_network_reads_nothing_that_ingest_does_not(acting_as, acme, column):
    table, name = column.split(".")
    with pytest.raises(ProgrammingError, match="permission denied"):
        ask(acting_as, f"SELECT {name} FROM {table}")


@pytest.mark.parametrize("statement", UNWRITTEN)
def test_the_network_writes_nothing_that_ingest_does_not(acting_as, acme, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        ask(acting_as, statement)


def test_the_network_brings_in_calls_and_sets_them_aside(acting_as, number):
    """The control: every way of a call, with the rights that are left."""
    september = dt.date(2026, 9, 1)
    GeographicNumber.objects.update(activated_on=september)
    Period.objects.create(month=september, state=Period.State.CLOSED)

    def bring_in(key: str, *calls: dict[str, str]) -> IngestResult:
        delivery = read_delivery(map(as_row, calls), NOW)
        with acting_as("vms_network"):
            return store_batch(delivery, key=key, sha256=key, now=NOW)[0]

    one, two, stranger, late = (
        row(called=number.e164),
        row(called=number.e164, call_id="two"),
        row(called="+3225509999", call_id="three"),
        row(called=number.e164, call_id="four", started_at="2026-09-10T09:00:00Z"),
    )
    first = bring_in("first", one, two, stranger, late)
    assert (first.added, first.quarantined) == (3, 1)
    assert bring_in("first", one, two, stranger, late) == first
    assert bring_in("again", one, stranger).known == 2
    other = bring_in("other", two | {"destination": "voicemail:x"})
    assert (other.quarantined, other.moved) == (1, 1)
    assert set(CallRecord.objects.values_list("call_id", "is_late")) == {
        ("one", False),
        ("four", True),
    }
    assert sum(ContractDay.objects.values_list("rerouted", flat=True)) == 2
    assert QuarantinedRecord.objects.filter(reason="conflict").count() == 2
    assert CallRecord.objects.filter(tenant_id=number.tenant_id).count() == 2
    # What staff decided is known.
    QuarantinedRecord.objects.filter(call_id="two").update(state="dismissed")
    assert bring_in("once more", two).known == 1
