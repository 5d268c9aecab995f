"""No process takes away the numbers that documents to come are to have."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from billing.models import Invoice, InvoiceSeries
from tests.support.october import NOW

MOST = 2**31 - 1
ROLES = {"vms_staff": {}, "vms_worker": {"scope": "system"}}
BEGIN = (
    "INSERT INTO billing_invoiceseries (entity, kind, year, last_number) "
    "VALUES ('BE0', 'invoice', 2026, 1)"
)
AHEAD = "UPDATE billing_invoiceseries SET last_number = last_number + "
COLUMNS = [
    field.column for field in Invoice._meta.concrete_fields if not field.primary_key
]


def done(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def note(number: int, reference: str) -> str:
    """Return SQL that writes a credit note of an invoice there is."""
    changed = {
        "kind": "'credit_note'",
        "number": str(number),
        "reference": f"'{reference}'",
        "credits_id": "id",
        "total_excl_vat": "0",
        "total_vat": "0",
        "total_incl_vat": "0",
    }
    values = ", ".join(changed.get(str(column), f'"{column}"') for column in COLUMNS)
    names = ", ".join(f'"{column}"' for column in COLUMNS)
    return (
        f"INSERT INTO billing_invoice ({names}) SELECT {values} "
        "FROM billing_invoice WHERE kind = 'invoice' LIMIT 1"
    )


@pytest.fixture(autouse=True)
def closed(october, files) -> None:
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    InvoiceSeries.objects.create(
        entity=Invoice.objects.all()[0].entity,
        kind="credit_note",
        year=2026,
        last_number=7,
    )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement", [BEGIN, f"{AHEAD} {MOST - 100}", f"{AHEAD} 1000001"]
)
def test_no_series_is_put_at_its_end(acting_as, role, statement):
    with (
        acting_as(role, **ROLES[role]),
        pytest.raises(IntegrityError, match="is taken number by number"),
    ):
        done(statement)


def test_the_back_office_passes_over_no_more_than_once(acting_as):
    """The control: what may be passed over after a restore."""
    with acting_as("vms_staff"):
        done(f"{AHEAD} 100000")
        with pytest.raises(IntegrityError, match="is taken number by number"):
            done(f"{AHEAD} 950000")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("number", "reference"),
    [(8, "CN-2026-000008"), (MOST, f"CN-2026-{MOST}"), (7, "CN-2026-000008"), (7, "x")],
)
def test_no_document_has_a_number_to_come(acting_as, role, number, reference):
    with (
        acting_as(role, **ROLES[role]),
        pytest.raises(IntegrityError, match="has not given"),
    ):
        done(note(number, reference))


def test_a_document_has_the_number_its_series_gave(acting_as):
    """The control."""
    with acting_as("vms_staff"):
        done(note(7, "CN-2026-000007"))
    assert Invoice.objects.filter(reference="CN-2026-000007").exists()


def test_the_reference_of_a_long_number_is_whole(acting_as):
    InvoiceSeries.objects.filter(kind="credit_note").update(last_number=1_234_567)
    with acting_as("vms_staff"):
        done(note(1_234_567, "CN-2026-1234567"))
