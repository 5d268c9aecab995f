"""What is wrong in a file of numbers is told by row, and nothing of it is stored."""

import io

import pytest

from numbers.models import GeographicNumber, Site
from tests.support.number_files import ACME, HEADER, codes, row


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", (None, "", "empty_file"), id="empty file"),
        pytest.param(b"\r\n" + ACME, (1, "", "no_names"), id="blank first row"),
        pytest.param(b";;\n" + ACME, (1, "", "no_names"), id="a row of nothing"),
        pytest.param(ACME.decode().encode("utf-16"), (None, "", "utf16"), id="UTF-16"),
        pytest.param(
            ACME.decode().encode("utf-16-le"), (None, "", "utf16"), id="UTF-16, no mark"
        ),
        pytest.param(
            ACME.replace(b"Brussels", b"Br\xffssels", 1),
            (2, "site", "not_utf8"),
            id="one damaged letter",
        ),
        pytest.param(b"PK\x03\x04rest", (None, "", "workbook"), id="a workbook"),
        pytest.param(
            b"number,site,option\n", (1, "activated_on", "missing_column"), id="column"
        ),
        pytest.param(
            HEADER + ",x" * 10_000, (1, "", "no_header"), id="a header without end"
        ),
        pytest.param(
            HEADER + ",colour\n", (1, "colour", "unknown_column"), id="unknown column"
        ),
        pytest.param(
            HEADER + ",\u202eti\u200b\x1b[31m\n",
            (1, "‹U+202E›ti‹U+200B›‹U+001B›[31m", "unknown_column"),
            id="hidden characters in a column's name",
        ),
        pytest.param(
            HEADER.encode() + b",\xe9tage\n" + "é".encode(),
            (1, "‹U+DCE9›tage", "unknown_column"),
            id="a column's name in another encoding",
        ),
        pytest.param(
            HEADER + ",number\n", (1, "number", "repeated_column"), id="column twice"
        ),
        pytest.param(
            row("+3225501200", "x" * 200_000, "DRS", "2026-10-01"),
            (2, "site", "too_long"),
            id="200k characters",
        ),
        pytest.param(
            HEADER + '\n"' + "x" * 1_100_000, (2, "", "unreadable"), id="open quotation"
        ),
        pytest.param(HEADER + '\n"\n', (2, "", "unreadable"), id="a quotation mark"),
        pytest.param(
            row("+3225501200", "Bru\0ssels", "DRS", "2026-10-01"),
            (2, "site", "nul"),
            id="NUL",
        ),
        pytest.param(
            row("\0", "Brussels", "DRS", "2026-10-01"), (2, "number", "nul"), id="NUL 2"
        ),
        pytest.param(
            row("+3225501200", "Brussels", "DRS", "2026-10-01", "x"),
            (2, "", "too_many_cells"),
            id="too many cells",
        ),
        pytest.param(
            row("+3225501200"),
            (2, "", "too_few_cells"),
            id="too few cells",
        ),
        pytest.param(
            row("abc", "Brussels", "DRS", "2026-10-01"),
            (2, "number", "not_a_number"),
            id="no number",
        ),
        pytest.param(
            row("+32470112233", "Brussels", "DRS", "2026-10-01"),
            (2, "number", "not_geographic"),
            id="mobile",
        ),
        pytest.param(
            row("+33123456789", "Brussels", "DRS", "2026-10-01"),
            (2, "number", "not_geographic"),
            id="foreign",
        ),
        pytest.param(
            row("112", "Brussels", "DRS", "2026-10-01"),
            (2, "number", "emergency"),
            id="emergency",
        ),
        pytest.param(
            row("+32255\u202e01200", "Brussels", "DRS", "2026-10-01"),
            (2, "number", "hidden_character"),
            id="direction mark",
        ),
        pytest.param(
            row("+3225501200", "Brussels", "BOTH", "2026-10-01"),
            (2, "option", "unknown_option"),
            id="unknown option",
        ),
        pytest.param(
            row("+3225501200", "Brussels", "DRS", "31/02/2026"),
            (2, "activated_on", "bad_date"),
            id="no such day",
        ),
        pytest.param(
            row("+3225501200", "Brussels", "DRS", "0026-10-01"),
            (2, "activated_on", "bad_date"),
            id="year 26",
        ),
        pytest.param(
            row("+3225501200", "Brussels", "DRS", "2026-09-30"),
            (2, "activated_on", "before_contract"),
            id="before the contract",
        ),
        pytest.param(
            f"{HEADER},channels\n+3225501200,Brussels,DRS,2026-10-01,-1\n",
            (2, "channels", "bad_channels"),
            id="channels",
        ),
        pytest.param(
            f"{HEADER},line\n+3225501200,Brussels,DRS,2026-10-01,090012345\n",
            (2, "line", "not_a_line"),
            id="premium line",
        ),
        pytest.param(
            f"{HEADER},contract\n+3225501200,Brussels,DRS,2026-10-01,C99\n",
            (2, "contract", "unknown_contract"),
            id="contract",
        ),
        pytest.param(
            f"{HEADER},released_on\n+3225501200,Brussels,DRS,2026-10-02,2026-10-01\n",
            (2, "released_on", "released_before"),
            id="ends before it begins",
        ),
        pytest.param(
            f"{HEADER}\n+3225501200,A,DRS,2026-10-01\n+3225501201,A,DRS,2026-10-01\n"
            "025501200,A,DRS,2026-10-01\n",
            (4, "number", "repeated_number"),
            id="the same number twice",
        ),
        pytest.param(
            f"{HEADER}\n+3225501200,A,DRS,2026-10-01\n+3225501200,A,DRS,2026-11-01\n",
            (3, "number", "overlaps_own"),
            id="two overlapping periods",
        ),
    ],
)
def test_bad_input_is_told_by_row_and_stores_nothing(load, content, expected):
    outcome = load(content)
    assert codes(outcome)[0] == expected
    assert all(p.what and p.how and "%(" not in str(p) for p in outcome.problems)
    assert not GeographicNumber.objects.exists()
    assert not Site.objects.exists()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param('"Desk', "Hall", id="never closed"),
        pytest.param('"Desk', 'Hall"', id="closed in the next row"),
        pytest.param('"Desk', '"Hall"', id="opened again"),
        pytest.param('De"sk', "Hall", id="inside a text"),
        pytest.param('Desk"', "Hall", id="closed only"),
    ],
)
def test_a_quotation_mark_too_many_swallows_no_row(load, first, second, ends):
    lines = [
        f"{HEADER},label".replace(",", ";"),
        f"+32 2 550 12 80;Brussels;CLASSIC;2026-12-01;{first}",
        f"+32 2 550 12 81;Brussels;CLASSIC;2026-12-01;{second}",
    ]
    outcome = load(ends.join([*lines, ""]))
    assert codes(outcome)[0] == (2, "", "unreadable")
    assert not GeographicNumber.objects.exists()


@pytest.mark.parametrize("mark", ["\u202d", "\ufe0f", "\u3164", "\u2800", "\u200b"])
def test_an_invisible_character_is_named_and_never_shown(load, mark):
    outcome = load(row(f"+32 2 550 12 9{mark}8", "Brussels", "CLASSIC", "2026-12-01"))
    assert codes(outcome) == [(2, "number", "hidden_character")]
    told = str(outcome.problems[0])
    assert mark not in told
    assert f"U+{ord(mark):04X}" in told


def test_everything_wrong_in_a_row_is_told_at_once(load):
    outcome = load(row("112", "", "BOTH", "soon"))
    assert [column for _, column, _ in codes(outcome)] == [
        "number",
        "site",
        "option",
        "activated_on",
    ]


def test_one_bad_row_in_ten_thousand_takes_all_back(load):
    lines = [f"+3225{i:06d},Brussels,DRS,2026-10-01" for i in range(10_000)]
    lines[6_543] = "+3225006543,Brussels,DRS,2026-13-01"
    outcome = load("\n".join([HEADER, *lines]))
    assert codes(outcome) == [(6_545, "activated_on", "bad_date")]
    assert not GeographicNumber.objects.exists()


def test_at_most_a_hundred_problems_are_listed(load):
    outcome = load("\n".join([HEADER, *["x,Brussels,DRS,2026-10-01"] * 300]))
    assert len(outcome.problems) == 100
    assert outcome.has_more_problems


def test_a_number_of_somebody_else_is_told_without_the_owner(
    load, globex, make_contract, make_number
):
    theirs = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    make_number(make_contract(globex), theirs, "+3225501201")
    outcome = load(ACME)
    assert codes(outcome) == [(3, "number", "number_taken")]
    assert "Globex" not in str(outcome.problems[0])
    assert GeographicNumber.objects.count() == 1


def test_a_file_over_the_cap_is_refused_before_it_is_parsed(load):
    class Big(io.BytesIO):
        def seek(self, offset, whence=0):
            return 51 * 1024 * 1024 if whence == io.SEEK_END else 0

        def read(self, *args):
            raise AssertionError("was read")

    outcome = load(b"", file=Big())
    assert codes(outcome) == [(None, "", "too_big")]
    assert "51 MB" in str(outcome.problems[0])


def test_too_many_rows_are_refused(load):
    outcome = load(ACME, most_rows=19)
    assert codes(outcome) == [(21, "", "too_many_rows")]
    assert not GeographicNumber.objects.exists()
