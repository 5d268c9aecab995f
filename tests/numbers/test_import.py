"""Numbers from a CSV file: tolerant of form, all or nothing, told by row."""

import datetime as dt

import pytest

from numbers.models import GeographicNumber, Line, OptionPeriod, Site
from tenants.models import AuditEvent
from tests.support.number_files import ACME, HEADER, codes, row


def test_the_sample_makes_sites_lines_numbers_and_options(load, contract):
    outcome = load(ACME)
    assert (outcome.added, outcome.problems) == (20, [])
    assert outcome.sites_added == ["Brussels", "Liège"]
    assert set(Site.objects.values_list("slug", "name")) == {
        ("brussels", "Brussels"),
        ("liege", "Liège"),
    }
    lines = Line.objects.values_list("site__slug", "e164", "channels")
    assert ("liege", "+3242501300", contract.channels) in lines
    day = dt.date(2026, 10, 1)
    options = [n.option_on(day) for n in GeographicNumber.objects.all()]
    assert (options.count("CLASSIC"), options.count("DRS")) == (16, 4)
    assert GeographicNumber.history.count() == 20


def test_a_second_import_adds_nothing(load):
    load(ACME)
    again = load(ACME)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 20)
    assert again.problems == []
    assert AuditEvent.objects.filter(action="number.imported").count() == 1


def test_a_dry_run_tells_the_same_and_stores_nothing(load):
    outcome = load(ACME, dry_run=True)
    assert (outcome.added, len(outcome.sites_added)) == (20, 2)
    assert not GeographicNumber.objects.exists()
    assert not Site.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + ACME, id="byte order mark"),
        pytest.param(ACME.replace(b",", b";"), id="semicolons"),
        pytest.param(ACME.replace(b",", b"\t"), id="TAB"),
        pytest.param(ACME.replace(b"\n", b"\r\n"), id="Windows line ends"),
        pytest.param(ACME.replace(b"\n", b"\n\n"), id="empty rows"),
        pytest.param(ACME + ACME, id="the file twice, header repeated"),
        pytest.param(ACME.replace(b"+322", b"02/"), id="national notation"),
        pytest.param(ACME.replace(b"+32", b"0032 (0)"), id="letterhead notation"),
        pytest.param(ACME.replace(b"2026-10-01", b"01/10/2026"), id="Excel's dates"),
        pytest.param(ACME.replace(b"CLASSIC", b"vms classic"), id="option in words"),
        pytest.param(
            ACME.replace(b"number,", b"Number ,", 1), id="header in another case"
        ),
        pytest.param(ACME.replace(b"\n", b",,\n"), id="empty cells at the end"),
    ],
)
def test_the_form_of_the_file_does_not_matter(load, content):
    outcome = load(content)
    if content == ACME + ACME:
        # Each number of the second half is told, none is stored twice.
        assert {code for _, _, code in codes(outcome)} == {"repeated_number"}
        return
    assert outcome.problems == []
    assert outcome.added == 20
    assert GeographicNumber.objects.filter(e164="+3225501200").exists()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_the_encoding_is_found_and_told(load, encoding):
    outcome = load(ACME.decode().encode(encoding))
    assert (outcome.added, outcome.is_windows) == (20, encoding == "cp1252")
    assert Site.objects.filter(name="Liège").exists()


def test_a_label_may_hold_a_line_break(load):
    load(f'{HEADER},label\n+3225501200,Brussels,DRS,2026-10-01,"Front\ndesk"\n')
    assert GeographicNumber.objects.get().label == "Front desk"


def test_the_options_are_named(load):
    outcome = load(row("+3225501200", "Brussels", "BOTH", "2026-10-01"))
    assert "CLASSIC, DRS, VOICE_CONTINUITY" in str(outcome.problems[0])


def test_rows_of_one_number_make_its_option_periods(load):
    outcome = load(
        f"{HEADER},option_from,released_on\n"
        "+3225501200,Brussels,CLASSIC,2026-10-01,,2027-06-30\n"
        "+3225501200,Brussels,DRS,2026-10-01,2027-01-01,2027-06-30\n"
    )
    assert outcome.problems == []
    assert list(OptionPeriod.objects.values_list("option", "starts_on", "ends_on")) == [
        ("CLASSIC", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("DRS", dt.date(2027, 1, 1), dt.date(2027, 6, 30)),
    ]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("B,DRS,2026-10-01,2027-01-01,", "rows_differ"),
        ("A,DRS,2026-10-01,,", "repeated_number"),
        ("A,DRS,2026-10-01,2026-09-01,", "option_gap"),
    ],
)
def test_rows_of_one_number_that_contradict_each_other(load, second, expected):
    outcome = load(
        f"{HEADER},option_from,released_on\n"
        f"+3225501200,A,CLASSIC,2026-10-01,,\n+3225501200,{second}\n"
    )
    assert expected in [code for _, _, code in codes(outcome)]
    assert not GeographicNumber.objects.exists()


def test_names_lose_hidden_characters(load):
    load(row("+3225501200", "Brus\u202esels\u200b", "DRS", "2026-10-01"))
    assert Site.objects.get().name == "Brussels"


def test_the_import_is_recorded_with_the_file(load, contract):
    load(ACME)
    event = AuditEvent.objects.get()
    assert (event.action, event.target_label) == ("number.imported", "C1")
    assert event.detail["added"] == 20
    assert len(event.detail["sha256"]) == 64
