"""An operator whose VAT number changes within a year goes on numbering documents."""

import datetime as dt
from dataclasses import replace
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from billing.models import Invoice, InvoiceSeries
from billing.services.crediting import credit_in_full
from billing.services.numbering import take_numbers
from tests.support.october import NOW

DECEMBER = dt.datetime(2026, 12, 2, tzinfo=dt.UTC)
MIDWINTER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
OTHER = "BE0400000061"
migration = import_module("billing.migrations.0032_one_series_of_the_operator")


@pytest.fixture
def become(settings):
    def to(vat_number: str) -> None:
        settings.OPERATOR = replace(settings.OPERATOR, vat_number=vat_number)

    return to


def close(month: str, now: dt.datetime) -> None:
    call_command("close_month", month, now=now, verbosity=0)


def issued(kind: str) -> list[tuple[str, str]]:
    documents = Invoice.objects.filter(kind=kind).order_by("number")
    return list(documents.values_list("reference", "supplier__vat_number"))


def test_the_next_close_goes_on_in_the_series_of_the_year(
    closed, become, settings, acting_as
):
    before = settings.OPERATOR.vat_number
    become(OTHER)

    with acting_as("vms_worker", scope="system"):
        close("2026-11", DECEMBER)

    assert issued("invoice") == [
        ("2026-000001", before),
        ("2026-000002", before),
        ("2026-000003", OTHER),
        ("2026-000004", OTHER),
    ]
    told = Invoice.objects.values_list("communication", flat=True)
    assert len(set(told)) == 4


def test_so_does_one_that_has_its_number_of_before_again(closed, become, settings):
    before = settings.OPERATOR.vat_number
    become(OTHER)
    close("2026-11", DECEMBER)
    become(before)
    assert take_numbers("invoice", DECEMBER.date(), 2) == [5, 6]


def test_credit_notes_go_on_in_theirs(closed, become, staff, acting_as):
    with acting_as("vms_staff"):
        credit_in_full(invoice=closed[0], reason="Error", actor=staff, now=NOW)
        become(OTHER)
        credit_in_full(invoice=closed[1], reason="Error", actor=staff, now=NOW)
    told = [reference for reference, _number in issued("credit_note")]
    assert told == ["CN-2026-000001", "CN-2026-000002"]


def test_the_next_year_begins_a_series(closed, become):
    become(OTHER)
    close("2026-11", MIDWINTER)
    assert "2027-000001" in dict(issued("invoice"))


def test_after_a_restore_the_series_goes_on_whatever_it_was_begun_under(closed, become):
    become(OTHER)
    call_command("continue_series", "2026-000042", reason="restored")
    assert InvoiceSeries.objects.get().last_number == 42
    close("2026-11", DECEMBER)
    assert issued("invoice")[-1] == ("2026-000044", OTHER)


def test_series_that_were_begun_anew_become_the_one_that_went_furthest(closed):
    series = InvoiceSeries.objects.get()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL ROLE vms_owner")
        cursor.execute(
            "ALTER TABLE billing_invoiceseries DROP CONSTRAINT billing_series_once;"
            "INSERT INTO billing_invoiceseries (entity, kind, year, last_number) "
            f"VALUES ('{OTHER}', 'invoice', 2026, 60), ('{OTHER}', 'invoice', 2025, 9),"
            "('BE0', 'invoice', 2026, 0)"
        )
        cursor.execute(migration.MERGE)
        kept = InvoiceSeries.objects.order_by("year").values_list("year", "last_number")
        assert list(kept) == [(2025, 9), (2026, 60)]
        cursor.execute(migration.PART)
        parts = InvoiceSeries.objects.filter(entity=series.entity)
        assert parts.values_list("last_number").get() == (2,)
        transaction.set_rollback(True)
