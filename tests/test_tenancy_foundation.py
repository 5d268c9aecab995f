"""Row level security holds below every query."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from numbers.models import GeographicNumber
from routing.models import Calendar
from tenants.audit.record import digest, record
from tenants.requests.portal_request import acting


def test_nothing_is_visible_before_a_customer_is_set(number, acting_as):
    with acting_as("vms_app"):
        assert not GeographicNumber.objects.exists()


def test_a_forgotten_filter_sees_one_customer_only(number, globex, acting_as):
    with acting_as("vms_app", tenant=number.tenant_id):
        assert GeographicNumber.objects.get() == number
    with acting_as("vms_app", tenant=globex.pk):
        assert not GeographicNumber.objects.exists()


def test_another_customers_row_cannot_be_written(acme, globex, acting_as):
    with (
        acting_as("vms_app", tenant=globex.pk),
        pytest.raises(ProgrammingError, match="row-level security"),
    ):
        Calendar.objects.create(
            tenant=acme, name="Planted", slug="planted", definition={}
        )


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_carries_the_customer(number, globex):
    with pytest.raises(IntegrityError, match="violates foreign key"):
        GeographicNumber.objects.filter(pk=number.pk).update(tenant=globex)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tenants_auditevent SET actor_name = 'nobody'",
        "DELETE FROM tenants_auditevent",
        "TRUNCATE tenants_auditevent",
    ],
)
def test_audit_events_never_change(editor, number, acting_as, statement):
    with transaction.atomic():
        event = record(actor=editor, action="number.labelled", target=number)
    event.refresh_from_db()
    assert digest(event) == event.hash

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vms_owner")
        cursor.execute("ALTER TABLE tenants_auditevent NO FORCE ROW LEVEL SECURITY")
        try:
            with pytest.raises(IntegrityError, match="never change"):
                cursor.execute(statement)
        finally:
            cursor.execute("ALTER TABLE tenants_auditevent FORCE ROW LEVEL SECURITY")


def test_nobody_acts_without_a_customer(rf):
    """A member of None would be shown every row of the transaction's customer."""
    with pytest.raises(PermissionDenied):
        acting(rf.get("/"))
