"""Numbers out to CSV, and back in without a change."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbers.exporting import export_lines
from numbers.models import GeographicNumber, Line, Site
from numbers.services.importing import import_numbers
from numbers.services.options import change_option
from vms_portal.kernel.csv_files.cells import plain_cell, safe_cell

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def exported(tenant) -> str:
    numbers = (
        GeographicNumber.objects.for_tenant(tenant)
        .select_related("site", "contract")
        .prefetch_related("option_periods")
    )
    return "".join(export_lines(numbers, tenant=tenant))


def test_an_export_imported_again_changes_nothing(acme, contract, site, make_number):
    odd = Site.objects.create(tenant=acme, name="=HYPERLINK(1)", slug="odd")
    twin = Site.objects.create(tenant=acme, name="Brussels", slug="brussels-2")
    Line.objects.create(tenant=acme, site=twin, e164="+32470112233", channels=4)
    first = make_number(contract, site, "+3225501200", label='-1 floor; "desk"')
    make_number(contract, odd, "+3225501201", label="@home")
    make_number(contract, twin, "+3225501202")
    gone = make_number(contract, site, "+3225501203")
    GeographicNumber.objects.filter(pk=gone.pk).update(released_on=dt.date(2026, 11, 1))
    change_option(
        number=first,
        option="DRS",
        from_day=dt.date(2027, 1, 1),
        today=dt.date(2026, 11, 23),
        actor="test",
    )
    text = exported(acme)
    outcome = import_numbers(
        file=io.BytesIO(text.encode()),
        name="back.csv",
        contract=contract,
        actor="test",
        now=NOW,
    )
    assert outcome.problems == []
    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 0, 4)
    assert outcome.sites_added == []
    assert exported(acme) == text


def test_numbers_stay_readable_and_formulas_do_not_run(acme, contract, make_number):
    site = Site.objects.create(tenant=acme, name="+cmd|' /C calc'!A0", slug="s")
    make_number(contract, site, "+3225501200", label="=1+1")
    text = exported(acme)
    assert text.startswith("\ufeffnumber;")
    row = next(iter(csv.DictReader(io.StringIO(text[1:]), delimiter=";")))
    assert row["number"] == "+32 2 550 12 00"
    assert row["label"] == "'=1+1"
    assert row["site"].startswith("'+cmd")


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", " ="]
)
def test_what_could_be_a_formula_becomes_text(start):
    for text in (f"{start}1+1", f"'{start}1", f"''{start}1"):
        cell = safe_cell(text)
        assert cell == f"'{text}"
        assert plain_cell(cell) == text


@pytest.mark.parametrize("separator", [",", ";", "|", "\t", ", ", ',"', "\n"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "'="])
def test_a_formula_behind_another_separator_is_text(separator, sign):
    text = f"x{separator}{sign}HYPERLINK(1)"
    cell = safe_cell(text)
    assert cell == f"x{separator}'{sign}HYPERLINK(1)"
    assert plain_cell(cell) == text


@given(st.text(alphabet="=+-@'\",;|\t\n ax", max_size=12))
def test_an_export_is_read_back_as_it_was(text):
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["", "Acme", "l'eau", "'quoted'", "+32 2 550 12 00"])
def test_other_text_stays(text):
    assert safe_cell(text) == text
    assert plain_cell(text) == text


def test_amounts_stay_amounts():
    assert safe_cell(Decimal("-1806.30")) == "-1806,30"
    assert safe_cell(Decimal("1E+2")) == "100"
    assert safe_cell(-5) == "-5"
    assert safe_cell(None) == ""
