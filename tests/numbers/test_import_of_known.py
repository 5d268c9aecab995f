"""A file meets numbers, sites and lines that are there already."""

import datetime as dt

import pytest

from numbers.models import GeographicNumber, Line, Site
from routing.decisions.ended_digits import ended_digits
from tenants.models import AuditEvent
from tests.support.mails import send_due
from tests.support.number_files import ACME, HEADER, NOW, codes

DAY = dt.timedelta(days=1)


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


def test_a_line_nobody_was_told_of_is_told_when_it_is_a_main_line(
    load, contract, site, admin
):
    """Beside the main line of another site it stood without a word."""
    Line.objects.create(
        tenant=contract.tenant, site=site, e164="+32470998877", is_main=False
    )
    load(
        f"{HEADER},line\n+3242501301,Liège,DRS,2026-10-01,+32470998877\n"
        "+3242501302,Namur,DRS,2026-10-01,\n"
    )
    # The control is Namur: it rings a number of its own.
    event = AuditEvent.objects.get(action="site.line_changed")
    assert event.detail["after"] == "+32470998877"
    assert len(send_due()) == 1


@pytest.mark.parametrize("is_theirs", [False, True])
def test_a_new_site_with_the_line_of_another_is_told_of_and_keeps_it(
    load, contract, acme, site, admin, make_number, is_theirs
):
    """Its own choice: the other site may get another line. Not of a number today."""
    ended = None if is_theirs else NOW.date() - DAY
    line = "+3242501388"
    make_number(contract, site, line, released_on=ended)
    told_at = NOW - dt.timedelta(hours=1)
    gent = Site.objects.create(tenant=acme, name="Gent", slug="gent")
    Line.objects.create(tenant=acme, site=gent, e164=line, told_at=told_at)
    outcome = load(f"{HEADER},line\n+3253701389,Aalst,CLASSIC,2026-11-01,{line}\n")
    assert (outcome.problems, outcome.new_lines) == ([], 0)
    told = [mail.body for mail in send_due()]
    assert len(told) == (0 if is_theirs else 1)
    Line.objects.filter(site=gent).update(e164="+3292501300")
    assert ended_digits(acme, NOW.date()) == set()
    # The control: nobody was told of Aalst.
    Line.objects.filter(site__slug="aalst").update(told_at=None)
    assert ended_digits(acme, NOW.date()) == (set() if is_theirs else {line})


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
