"""Row level security holds below every query."""

import pytest
from django.db import connection
from django.db.utils import IntegrityError, ProgrammingError

from numbers.models import GeographicNumber, Site
from tenants import audit
from tenants.models import AuditEvent


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
        Site.objects.create(tenant=acme, name="Planted", slug="planted")


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_carries_the_customer(number, globex):
    with pytest.raises(IntegrityError, match="numbers_number_site"):
        GeographicNumber.objects.filter(pk=number.pk).update(tenant=globex)


def test_audit_events_never_change(editor, number):
    event = audit.record(actor=editor, action="number.seen", target=number)
    event.refresh_from_db()
    assert audit.digest(event) == event.hash
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vms_owner")
    with pytest.raises((IntegrityError, ProgrammingError), match="never change"):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE tenants_auditevent")
    assert AuditEvent
