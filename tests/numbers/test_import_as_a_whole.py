"""A file of numbers is a whole: neither order of its rows nor a second time matters."""

import csv
import io
import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numbers.models import GeographicNumber, Line, OptionPeriod, Site
from tenants.models import AuditEvent, Notice
from tests.support.number_files import HEADER, codes

COLUMNS = f"{HEADER},option_from,line,channels"


def content(*rows: str) -> str:
    return "\n".join([COLUMNS, *rows, ""])


def stored():
    """All that calls and invoices follow from; keys and short names aside."""
    numbers = GeographicNumber.objects.values_list("e164", "label", "site__name")
    periods = OptionPeriod.objects.values_list(
        "number__e164", "option", "starts_on", "ends_on"
    )
    lines = Line.objects.values_list("site__name", "site__slug", "e164", "channels")
    sites = Site.objects.values_list("name", "slug")
    return [sorted(map(str, rows)) for rows in (numbers, periods, lines, sites)]


@pytest.mark.parametrize("named", [0, 1, 2])
def test_any_row_of_a_new_site_names_its_line_and_channels(load, named):
    rows = [f"+322550120{i},Brussels,DRS,2026-10-01,,," for i in range(3)]
    rows[named] = f"+322550120{named},Brussels,DRS,2026-10-01,,+3225509999,30"
    outcome = load(content(*rows))
    assert (outcome.problems, outcome.lines_added) == (
        [],
        ["Brussels (+32 2 550 99 99)"],
    )
    line = Line.objects.get()
    assert (line.e164, line.channels) == ("+3225509999", 30)


def test_the_row_of_a_later_option_names_the_line_as_well(load):
    """Of the rows of one number the first alone was asked."""
    outcome = load(
        content(
            "+3225501200,Brussels,CLASSIC,2026-10-01,,,",
            "+3225501200,Brussels,DRS,2026-10-01,2027-01-01,+3225509999,30",
        )
    )
    assert outcome.problems == []
    assert Line.objects.values_list("e164", "channels").get() == ("+3225509999", 30)
    # And is compared with the line there is.
    other = load(
        content(
            "+3225501200,Brussels,CLASSIC,2026-10-01,,,",
            "+3225501200,Brussels,DRS,2026-10-01,2027-01-01,+3225508888,31",
        )
    )
    assert codes(other) == [
        (3, "line", "other_line"),
        (3, "channels", "other_channels"),
    ]


@pytest.mark.parametrize("is_known", [False, True])
def test_rows_of_one_site_that_contradict_each_other_are_named(load, acme, is_known):
    """The second row writes the name in another way, the fourth has no number."""
    if is_known:
        Site.objects.create(tenant=acme, name="Brussels", slug="brussels")
    outcome = load(
        content(
            "+3225501200,Brussels,DRS,2026-10-01,,+3225509999,30",
            "+3225501201,BRUSSELS,DRS,2026-10-01,,+3225508888,31",
            "+3225501202,Brussels,DRS,2026-10-01,,+3225509999,30",
            "112,Brussels,DRS,2026-10-01,,+3225507777,",
        )
    )
    assert codes(outcome) == [
        (3, "line", "lines_differ"),
        (3, "channels", "channels_differ"),
        (5, "line", "lines_differ"),
        (5, "number", "emergency"),
    ]
    told = str(outcome.problems[0])
    assert "+32 2 550 88 88 here, and +32 2 550 99 99 in row 2" in told
    assert not GeographicNumber.objects.exists()


def test_a_line_is_one_line_however_it_is_written(load):
    outcome = load(
        content(
            "+3225501200,Brussels,DRS,2026-10-01,,02 550 99 99,",
            "+3225501201,Brussels,DRS,2026-10-01,,+3225509999,",
        )
    )
    assert outcome.problems == []
    assert Line.objects.get().e164 == "+3225509999"


@pytest.mark.parametrize("ended", ["2026-10-31", ""])
def test_without_a_line_the_first_number_in_service_is_it(load, ended):
    """Whatever row it stands in; one that ended before today is no line."""
    rows = [
        "+3225501299,Brussels,DRS,2026-11-01,",
        f"+3225501298,Brussels,DRS,2026-10-01,{ended}",
        "+3225501297,Brussels,DRS,2026-12-01,",
        "+3225501300,Brussels,DRS,2026-11-01,",
    ]
    load("\n".join([f"{HEADER},released_on", *rows]))
    assert Line.objects.get().e164 == ("+3225501299" if ended else "+3225501298")


def test_a_new_site_of_ended_numbers_has_no_line(load):
    """The digits are somebody else's by now."""
    file = f"{HEADER},released_on\n+3225501200,Brussels,DRS,2026-10-01,2026-10-31\n"
    outcome = load(file)
    assert (outcome.added, outcome.sites_added) == (1, ["Brussels"])
    assert not Line.objects.exists()
    assert not load(file).has_changes


def test_channels_of_a_site_without_a_line_are_not_lost(load, acme):
    Site.objects.create(tenant=acme, name="Brussels", slug="brussels")
    rows = ("+3225501200,Brussels,DRS,2026-10-01,,,30",)
    outcome = load(content(*rows))
    assert codes(outcome) == [(2, "channels", "channels_without_line")]
    # The control: with a line they are its channels.
    load(content(*rows, "+3225501201,Brussels,DRS,2026-10-01,,+3225509999,"))
    assert Line.objects.get().channels == 30


def test_a_site_is_called_as_most_rows_write_it(load):
    names = [
        "LIÈGE",
        "Liège ",
        "liège",
        "  Liège",
        "Lie\u0300ge",
        "Gent  Zuid",
        "gent zuid",
    ]
    rows = [f"+324250130{i},{name},DRS,2026-10-01,,," for i, name in enumerate(names)]
    outcome = load(content(*rows))
    assert outcome.problems == []
    assert outcome.sites_added == ["Gent Zuid", "Liège"]
    assert Site.objects.count() == 2


def test_rows_of_one_number_may_write_its_site_in_two_ways(load):
    outcome = load(
        content(
            "+3225501200,Brussels,CLASSIC,2026-10-01,,,",
            "+3225501200,BRUSSELS,DRS,2026-10-01,2027-01-01,,",
        )
    )
    assert outcome.problems == []


def test_a_name_gets_its_own_short_name_in_any_order(load):
    """So that the file names the same sites when it is read again."""
    rows = [
        "+3242501300,Liège,DRS,2026-10-01,,,",
        "+3242501301,liege,DRS,2026-10-01,,,",
        "+3242501302,Straße,DRS,2026-10-01,,,",
    ]
    load(content(*rows))
    assert dict(Site.objects.values_list("name", "slug")) == {
        "Liège": "liege-2",
        "liege": "liege",
        "Straße": "strasse",
    }
    assert load(content(*rows)).unchanged == 3


NAMES = st.sampled_from(
    [
        "Brussels",
        "BRUSSELS",
        " brussels",
        "Liège",
        "liège",
        "Liege",
        "liege",
        "東京",
        "site",
    ]
)


@st.composite
def files(draw) -> list[list[str]]:
    """Rows of sites that agree: a line and channels, now and then, for each."""
    rows = []
    for place in range(draw(st.integers(1, 8))):
        name = draw(NAMES)
        key = sorted({"brussels": 1, "liège": 2, "liege": 3, "東京": 4, "site": 5})
        site = key.index(name.strip().casefold())
        first = draw(st.sampled_from(["2026-10-01", "2026-11-01", "2027-01-01"]))
        line = f"+32255099{site:02d}" if draw(st.booleans()) and site % 2 else ""
        channels = str(10 + site) if draw(st.booleans()) else ""
        number = f"+32255012{place:02d}"
        rows.append([number, name, "CLASSIC", first, "", line, channels])
        if draw(st.booleans()):
            rows.append([number, name, "DRS", first, "2027-06-01", "", channels])
    return rows


def written(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS.split(","), *rows])
    return text.getvalue()


@given(rows=files(), seed=st.integers(0, 999))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_shuffled_rows_come_to_the_same_and_a_second_time_to_nothing(
    load, admin, rows, seed
):
    shuffled = random.Random(seed).sample(rows, len(rows))
    come_to = []
    for order in (rows, shuffled):
        with transaction.atomic():
            outcome = load(written(order))
            events = AuditEvent.objects.count(), Notice.objects.count()
            come_to.append((stored(), outcome, events))
            assert outcome.problems == []
            for again in (order, rows, shuffled):
                second = load(written(again))
                assert (second.has_changes, second.problems) == (False, [])
                assert (second.sites_added, second.lines_added) == ([], [])
            assert stored() == come_to[-1][0]
            assert (AuditEvent.objects.count(), Notice.objects.count()) == events
            transaction.set_rollback(True)
    assert come_to[0] == come_to[1]
