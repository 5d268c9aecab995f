"""The network brings calls in without knowing who anybody is."""

import pytest
from django.db import ProgrammingError, transaction

from numbers.models import GeographicNumber
from routing.models import CompiledPlan
from tenants.models import Tenant
from tests.support.deliveries import row
from tests.support.october import NOW
from traffic.ingest.delivery import read_delivery
from traffic.ingest.record import as_row
from traffic.ingest.storage import store_batch
from traffic.models import CallRecord, QuarantinedRecord

COLUMNS = [field.attname for field in Tenant._meta.concrete_fields]


@pytest.mark.parametrize("column", COLUMNS)
def test_the_network_reads_nothing_of_a_customer(acting_as, acme, column):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with acting_as("vms_network"), refused, transaction.atomic():
        Tenant.objects.values_list(column, flat=True).first()


def test_the_network_brings_in_calls_and_sets_them_aside(acting_as, number):
    """The control: what it is there for needs no customer's row."""
    calls = [row(called=number.e164), row(call_id="two", called="+3225509999")]
    with acting_as("vms_network"):
        assert GeographicNumber.objects.get().tenant_id == number.tenant_id
        assert not CompiledPlan.objects.exists()
        store_batch(
            read_delivery(map(as_row, calls), NOW), key="k", sha256="s", now=NOW
        )
    assert CallRecord.objects.get().tenant_id == number.tenant_id
    assert QuarantinedRecord.objects.get().call_id == "two"
