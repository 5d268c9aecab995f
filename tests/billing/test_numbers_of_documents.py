"""No process takes away the numbers that documents to come are to have."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from billing.models import Invoice, InvoiceSeries
from billing.services import numbering
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


def note(number: int, reference: str, **other: str) -> str:
    """Return SQL that writes a credit note of an invoice there is, or ``other``."""
    changed = {
        "kind": "'credit_note'",
        "number": str(number),
        "reference": f"'{reference}'",
        "credits_id": "id",
        "total_excl_vat": "0",
        "total_vat": "0",
        "total_incl_vat": "0",
        **other,
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
@pytest.mark.parametrize("begun", ["invoice", "credit_note"])
def test_no_series_begins_further_on(acting_as, role, begun):
    statement = BEGIN.replace("invoice'", f"{begun}'")
    with (
        acting_as(role, **ROLES[role]),
        pytest.raises(IntegrityError, match="number by number|credit notes only"),
    ):
        done(statement)


@pytest.mark.parametrize("further", [MOST - 100, 99_999_999, 100_051])
def test_no_series_is_put_at_its_end(acting_as, further):
    told = "is taken number by number|has no number left"
    with (
        acting_as("vms_worker", scope="system"),
        pytest.raises(IntegrityError, match=told),
    ):
        done(f"{AHEAD} {further}")


def test_the_worker_passes_over_what_a_restore_lost_and_no_more(acting_as):
    with acting_as("vms_worker", scope="system"):
        done(f"{AHEAD} 100000")
        with pytest.raises(IntegrityError, match="is taken number by number"):
            done(f"{AHEAD} 100000")


@pytest.mark.parametrize("further", [1, 50, 100_000])
def test_the_back_office_numbers_no_invoice(acting_as, further):
    statement = f"{AHEAD} {further} WHERE kind = 'invoice'"
    with (
        acting_as("vms_staff"),
        pytest.raises(IntegrityError, match="credit notes only"),
    ):
        done(statement)


@pytest.mark.parametrize("further", [1, 2, 100_000])
def test_the_back_office_passes_over_no_number(acting_as, further):
    step = f"{AHEAD} {further} WHERE kind = 'credit_note'"
    with (
        acting_as("vms_staff"),
        pytest.raises(IntegrityError, match="has no document"),
    ):
        done(f"{step}; SET CONSTRAINTS ALL IMMEDIATE")


def test_the_back_office_goes_on_document_by_document(acting_as):
    """The control, and what a person may do: two notes at once."""
    step = f"{AHEAD} 2 WHERE kind = 'credit_note'"
    notes = [note(8, "CN-2026-000008"), note(9, "CN-2026-000009")]
    with acting_as("vms_staff"):
        done("; ".join([step, *notes, "SET CONSTRAINTS ALL IMMEDIATE"]))
    issued = Invoice.objects.filter(reference__in=["CN-2026-000008", "CN-2026-000009"])
    assert issued.count() == 2


def test_a_series_ends_with_a_sentence(acting_as):
    end = InvoiceSeries.objects.filter(kind="credit_note")
    end.update(last_number=numbering.LAST - 1)
    with pytest.raises(numbering.SeriesEnded, match="has no number left"):
        numbering.take_numbers("credit_note", NOW.date(), 2)
    assert numbering.take_numbers("credit_note", NOW.date(), 1) == [numbering.LAST]
    with pytest.raises(IntegrityError, match="has no number left"):
        done(f"{AHEAD} 1 WHERE kind = 'credit_note'")
    longest = numbering.structured_communication(2026, numbering.LAST)
    assert len(longest) == 20


@pytest.mark.parametrize(
    ("number", "reference"),
    [(8, "CN-2026-000008"), (MOST, f"CN-2026-{MOST}"), (7, "CN-2026-000008"), (7, "x")],
)
def test_no_credit_note_has_a_number_to_come(acting_as, number, reference):
    with (
        acting_as("vms_staff"),
        pytest.raises(IntegrityError, match="has not given"),
    ):
        done(note(number, reference))


@pytest.mark.parametrize(
    ("number", "reference"),
    [(3, "2026-000003"), (MOST, f"2026-{MOST}"), (2, "2026-000003"), (2, "x")],
)
def test_no_invoice_has_a_number_to_come(acting_as, number, reference):
    invoice = note(number, reference, kind="'invoice'", credits_id="NULL")
    with (
        acting_as("vms_worker", scope="system"),
        pytest.raises(IntegrityError, match="has not given"),
    ):
        done(invoice)


def test_a_document_has_the_number_its_series_gave(acting_as):
    """The control."""
    with acting_as("vms_staff"):
        done(note(7, "CN-2026-000007"))
    assert Invoice.objects.filter(reference="CN-2026-000007").exists()


def test_the_reference_of_a_long_number_is_whole(acting_as):
    InvoiceSeries.objects.filter(kind="credit_note").update(last_number=1_234_567)
    with acting_as("vms_staff"):
        done(note(1_234_567, "CN-2026-1234567"))
    assert Invoice.objects.filter(reference="CN-2026-1234567").exists()
