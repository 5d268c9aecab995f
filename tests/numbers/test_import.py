"""Numbers from a CSV file: tolerant of form, all or nothing, told by row."""

import datetime as dt
import io
from pathlib import Path

import pytest

from numbers.models import GeographicNumber, Line, OptionPeriod, Site
from numbers.services.importing import import_numbers
from tenants.models import AuditEvent
from tests.support.mails import send_due

SAMPLES = Path(__file__).resolve().parents[2] / "demo"
ACME = (SAMPLES / "numbers-acme.csv").read_bytes()
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
HEADER = "number,site,option,activated_on"


@pytest.fixture
def load(contract):
    def run(content: bytes | str, **options):
        data = content.encode() if isinstance(content, str) else content
        values = {
            "file": io.BytesIO(data),
            "name": "numbers.csv",
            "now": NOW,
            "contract": contract,
            "actor": "test",
        }
        return import_numbers(**{**values, **options})

    return run


def codes(outcome) -> list[tuple[int | None, str, str]]:
    return [(p.row, p.column, p.code) for p in outcome.problems]


def row(*cells: str) -> str:
    return f"{HEADER}\n{','.join(cells)}\n"


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


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_the_encoding_is_found_and_told(load, encoding):
    outcome = load(ACME.decode().encode(encoding))
    assert (outcome.added, outcome.is_windows) == (20, encoding == "cp1252")
    assert Site.objects.filter(name="Liège").exists()


def test_a_label_may_hold_a_line_break(load):
    load(f'{HEADER},label\n+3225501200,Brussels,DRS,2026-10-01,"Front\ndesk"\n')
    assert GeographicNumber.objects.get().label == "Front desk"


@pytest.mark.parametrize("mark", ["\u202d", "\ufe0f", "\u3164", "\u2800", "\u200b"])
def test_an_invisible_character_is_named_and_never_shown(load, mark):
    outcome = load(row(f"+32 2 550 12 9{mark}8", "Brussels", "CLASSIC", "2026-12-01"))
    assert codes(outcome) == [(2, "number", "hidden_character")]
    told = str(outcome.problems[0])
    assert mark not in told
    assert f"U+{ord(mark):04X}" in told


def test_what_is_stored_is_compared_in_the_same_round(load, site):
    outcome = load(
        f"{HEADER},contract,channels\n112,Brussels,BOTH,2026-10-01,C99,31\n"
        "+3225501200,Brussels,DRS,2026-09-30,C99,31\n"
        "+3225501201,Brussels,DRS,2026-09-30,,31\n"
    )
    assert codes(outcome) == [
        (2, "number", "emergency"),
        (2, "option", "unknown_option"),
        (2, "contract", "unknown_contract"),
        (2, "channels", "other_channels"),
        (3, "contract", "unknown_contract"),
        (3, "channels", "other_channels"),
        (4, "channels", "other_channels"),
        (4, "activated_on", "before_contract"),
    ]


def test_the_options_are_named(load):
    outcome = load(row("+3225501200", "Brussels", "BOTH", "2026-10-01"))
    assert "CLASSIC, DRS, VOICE_CONTINUITY" in str(outcome.problems[0])


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


def test_a_number_that_came_free_can_be_taken(load, globex, make_contract, make_number):
    theirs = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    make_number(
        make_contract(globex),
        theirs,
        "+3225501201",
        activated_on=dt.date(2026, 1, 1),
        released_on=dt.date(2026, 9, 30),
    )
    assert load(ACME).added == 20


def test_site_and_label_of_a_known_number_follow_the_file(load):
    load(ACME)
    outcome = load(f"{HEADER},label\n+3225501200,Liège,CLASSIC,2026-10-01,Reception\n")
    assert (outcome.changed, outcome.problems) == (1, [])
    number = GeographicNumber.objects.get(e164="+3225501200")
    assert (number.site.slug, number.label) == ("liege", "Reception")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("DRS", "", ""), "other_options"),
        (("CLASSIC", "2026-12-31", ""), "other_release"),
        (("CLASSIC", "", "C2"), "other_contract"),
    ],
)
def test_a_file_does_not_change_what_is_billed(
    load, acme, make_contract, cells, expected
):
    load(ACME)
    make_contract(acme)
    option, released_on, other = cells
    outcome = load(
        f"{HEADER},released_on,contract\n"
        f"+3225501200,Brussels,{option},2026-10-01,{released_on},{other}\n"
    )
    assert [code for _, _, code in codes(outcome)] == [expected]


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


def test_a_new_site_gets_the_line_and_channels_of_the_file(load):
    load(
        f"{HEADER},line,channels\n+3225501200,Brussels,DRS,2026-10-01,02 550 99 99,30\n"
    )
    line = Line.objects.get()
    assert (line.site.slug, line.e164, line.channels) == ("brussels", "+3225509999", 30)


def test_the_line_of_a_known_site_is_compared_not_changed(load, site):
    outcome = load(
        f"{HEADER},line,channels\n"
        "+3225501200,Brussels,DRS,2026-10-01,02 550 99 99,\n"
        "+3225501201,Brussels,DRS,2026-10-01,02 550 12 00,30\n"
    )
    assert codes(outcome) == [
        (2, "line", "other_line"),
        (3, "channels", "other_channels"),
    ]


def test_sites_of_one_name_are_told_apart_by_short_name(load, acme):
    for slug in ("hq", "hq-2"):
        Site.objects.create(tenant=acme, name="Head office", slug=slug)
    content = f"{HEADER}\n+3225501200,head OFFICE,DRS,2026-10-01\n"
    assert codes(load(content)) == [(2, "site", "unclear_site")]
    assert load(content.replace("head OFFICE", "hq-2")).problems == []
    assert GeographicNumber.objects.get().site.slug == "hq-2"


def test_two_new_sites_with_one_short_name_get_different_ones(load):
    outcome = load(
        f"{HEADER}\n+3225501200,Liège,DRS,2026-10-01\n+3225501201,Liege,DRS,2026-10-01\n"
        "+3225501202,東京,DRS,2026-10-01\n"
    )
    assert outcome.problems == []
    assert set(Site.objects.values_list("slug", flat=True)) >= {"liege", "site"}


def test_names_lose_hidden_characters(load):
    load(row("+3225501200", "Brus\u202esels\u200b", "DRS", "2026-10-01"))
    assert Site.objects.get().name == "Brussels"


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


def test_the_import_is_recorded_with_the_file(load, contract):
    load(ACME)
    event = AuditEvent.objects.get()
    assert (event.action, event.target_label) == ("number.imported", "C1")
    assert event.detail["added"] == 20
    assert len(event.detail["sha256"]) == 64


def test_a_line_nobody_was_told_of_is_told_when_it_is_a_main_line(
    load, contract, site, admin
):
    """Beside the main line of another site it stood without a word."""
    Line.objects.create(
        tenant=contract.tenant, site=site, e164="+32470998877", is_main=False
    )
    load(
        f"{HEADER},line\n+3242501301,Liège,DRS,2026-10-01,+32470998877\n"
        "+3242501302,Namur,DRS,2026-10-01,+3225501200\n"
    )
    # The control is Namur: its line is a main line already.
    event = AuditEvent.objects.get(action="site.line_changed")
    assert event.detail["after"] == "+32470998877"
    assert len(send_due()) == 1


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("periods", "is_told"),
    [
        ([(-60, -1)], True),
        ([(-60, 0)], False),
        ([(-60, 5)], False),
        ([(30, None)], True),
        ([(-60, -1), (30, None)], True),
    ],
)
def test_a_line_is_told_unless_it_is_a_number_of_theirs_today(
    periods, is_told, load, contract, site, admin, make_number
):
    """Before and after it is somebody else's; while it is theirs it is no news."""
    for first, last in periods:
        make_number(
            contract,
            site,
            "+3242501388",
            activated_on=NOW.date() + first * DAY,
            released_on=None if last is None else NOW.date() + last * DAY,
        )
    load(f"{HEADER},line\n+3242501301,Liège,DRS,2026-10-01,+3242501388\n")
    told = AuditEvent.objects.filter(action="site.line_changed")
    assert told.exists() is is_told
    assert len(send_due()) == is_told


def test_a_row_of_the_same_file_does_not_hide_a_line(load, admin):
    """That the digits are theirs from 2028 on says nothing of today."""
    load(
        f"{HEADER},line\n+3292334401,Gent,CLASSIC,2026-11-01,+3292334499\n"
        "+3292334499,Gent,CLASSIC,2028-01-01,\n"
    )
    assert AuditEvent.objects.filter(action="site.line_changed").exists()
    assert len(send_due()) == 1


def test_a_line_of_a_site_there_is_counts_recorded_and_told(
    load, contract, acme, admin, make_number
):
    """Be it a number of theirs: calls to the site begin to ring there."""
    namur = Site.objects.create(tenant=acme, name="Namur", slug="namur")
    make_number(contract, namur, "+3281223300", activated_on=NOW.date())
    file = f"{HEADER},line\n+3281223300,Namur,CLASSIC,{NOW.date()},+3281223300\n"
    outcome = load(file)
    assert (outcome.added, outcome.changed, outcome.unchanged) == (0, 0, 1)
    assert outcome.lines_added == ["Namur (+32 81 22 33 00)"]
    imported = AuditEvent.objects.get(action="number.imported")
    assert imported.detail["lines"] == outcome.lines_added
    assert AuditEvent.objects.filter(action="site.line_changed").exists()
    assert len(send_due()) == 1
    again = load(file)
    assert (again.has_changes, again.lines_added) == (False, [])
    assert AuditEvent.objects.count() == 2


@pytest.mark.parametrize("column", ["", "+3242501388"])
def test_a_line_that_is_another_customers_number_today_is_refused(
    column, load, globex, make_contract, make_number
):
    """Written, or the first number of a new site, which begins after they left."""
    there = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    last = NOW.date() + 29 * DAY
    make_number(make_contract(globex), there, "+3242501388", released_on=last)
    file = f"{HEADER},line\n+3242501388,Liège,CLASSIC,{last + DAY},"
    outcome = load(file + column)
    assert codes(outcome) == [(2, "line", "line_of_another")]
    assert not Line.objects.filter(e164="+3242501388").exists()
    # The control: another line until then.
    assert load(file + "+3242501399").problems == []
