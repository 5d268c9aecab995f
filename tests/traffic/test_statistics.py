"""The figures follow their published definitions."""

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from numbers.models import GeographicNumber
from tests.support.calls import make_call
from traffic.models import Outcome

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 11, 16, 9, 30, tzinfo=dt.UTC)
WEEK = {"period": "own", "first": "2026-11-16", "last": "2026-11-22"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def after(at, seconds):
    return at + dt.timedelta(seconds=seconds)


@pytest.fixture
def week(number, contract, site, make_number):
    """Seven calls, six of them offered."""
    other = make_number(contract, site, "+3225501201")
    at = MONDAY
    make_call(number, at, ringing_at=after(at, 2), answered_at=after(at, 12))
    make_call(number, at, answered_at=after(at, 20), treatment="rerouted")
    make_call(number, at, outcome="busy")
    make_call(number, at, outcome="abandoned")
    make_call(other, after(at, 3600), outcome="no_answer", destination="site:brussels")
    make_call(other, after(at, 86_400), outcome="unreachable", treatment="rerouted")
    make_call(other, at, treatment="test", answered_at=after(at, 900))
    # The week before.
    make_call(number, after(at, -7 * 86_400), outcome="busy")


def tables(response) -> dict[str, dict[str, int]]:
    return {
        table.slug: {
            line.key: line.sums.offered for line in table.lines if line.sums.offered
        }
        for table in response.context["tables"]
    }


def test_the_figures_follow_their_definitions(client, viewer, week):
    client.force_login(viewer.user)
    total = client.get("/statistics/", WEEK).context["total"]

    assert total.offered == 6
    assert (total.answered, total.abandoned, total.busy) == (2, 1, 1)
    assert (total.no_answer, total.unreachable, total.rerouted) == (1, 1, 2)
    assert total.answer_rate == pytest.approx(100 * 2 / 6)
    # 10 s from the first ring, 20 s from the start of the one that has none.
    assert total.time_to_answer == pytest.approx(15)
    assert total.unrung == 1


def test_the_page_shows_definitions_and_the_period_before(client, viewer, week):
    client.force_login(viewer.user)
    response = client.get("/statistics/", WEEK)
    text = response.content.decode()
    assert "All calls except tests." in text
    assert "+32\u00a02\u00a0550\u00a012\u00a000" in text
    assert "1 of the 2 answered calls came without a first ring" in text
    figures = {figure.label: figure for figure in response.context["figures"]}
    assert figures["Offered"].trend == "+500 %"
    assert figures["Busy"].trend == "unchanged"
    assert figures["Answer rate"].value == "33.3 %"


def test_the_outcomes_of_the_head_add_up_to_the_offered_calls(client, viewer, number):
    for minutes, outcome in enumerate(Outcome.values):
        at = after(MONDAY, 60 * minutes)
        make_call(number, at, outcome=outcome)
    client.force_login(viewer.user)
    figures = client.get("/statistics/", WEEK).context["figures"]
    counts = {figure.label: int(figure.value) for figure in figures[:2] + figures[3:-1]}
    assert counts["Offered"] == len(Outcome)
    assert [counts[label] for label in Outcome.labels] == [1] * len(Outcome)


@pytest.mark.parametrize(("language", "day"), [("de", "16.11."), ("nl", "16/11")])
def test_the_days_under_the_bars_are_written_as_the_language_does(
    client, viewer, week, language, day
):
    viewer.user.language = language
    viewer.user.save()
    client.force_login(viewer.user)
    assert f">{day}<" in client.get("/statistics/", WEEK).text


def test_every_table_adds_up_to_the_offered_calls(client, viewer, week):
    client.force_login(viewer.user)
    found = tables(client.get("/statistics/", WEEK))

    assert {
        slug: sum(lines.values()) for slug, lines in found.items()
    } == dict.fromkeys(
        ("day", "hour", "weekday", "number", "site", "destination", "outcome"), 6
    )
    assert found["day"] == {"2026-11-16": 5, "2026-11-17": 1}
    assert found["hour"] == {"10:00–10:59": 5, "11:00–11:59": 1}
    assert found["weekday"] == {"Monday": 5, "Tuesday": 1}
    assert found["number"] == {"+32 2 550 12 00": 4, "+32 2 550 12 01": 2}
    assert found["site"] == {"Brussels": 6}
    assert found["destination"] == {"the number's own line": 5, "Brussels": 1}


def test_a_running_day_is_compared_up_to_the_same_time(client, viewer, number):
    make_call(number, NOW - dt.timedelta(hours=1))
    make_call(number, NOW - dt.timedelta(days=1, hours=1))
    make_call(number, NOW - dt.timedelta(days=1, hours=-1))
    client.force_login(viewer.user)
    response = client.get("/statistics/", {"period": "today"})
    assert response.context["is_running"]
    assert response.context["figures"][0].trend == "unchanged"


def test_the_figures_can_be_narrowed_to_a_number(client, viewer, week):
    client.force_login(viewer.user)
    response = client.get("/statistics/", {**WEEK, "number": "+3225501201"})
    assert response.context["total"].offered == 2
    assert tables(response)["number"] == {"+32 2 550 12 01": 2}


def test_both_passes_of_the_repeated_hour_count(client, viewer, number):
    for hour in (0, 1):
        make_call(number, dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC))
    client.force_login(viewer.user)
    day = {"period": "own", "first": "2026-10-25"}
    found = tables(client.get("/statistics/", day))
    assert found["hour"] == {"02:00–02:59": 2}
    assert found["day"] == {"2026-10-25": 2}


@pytest.mark.parametrize(
    "table", ["day", "hour", "weekday", "number", "site", "destination", "outcome"]
)
def test_each_table_is_there_as_csv(client, viewer, week, table):
    client.force_login(viewer.user)
    response = client.get(f"/statistics/export/{table}/", WEEK)
    text = response.content.decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert header[1:3] == ["Offered", "Answered"]
    assert sum(int(row[1]) for row in rows) == 6


def test_figures_have_a_decimal_comma_in_csv(client, viewer, week):
    client.force_login(viewer.user)
    response = client.get("/statistics/export/number/", WEEK)
    _header, *rows = csv.reader(
        io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"
    )
    rates = [row[3] for row in rows]
    assert any("," in rate for rate in rates)
    assert not any("." in cell for row in rows for cell in row[1:])


def test_no_calls_give_no_figures_and_no_error(client, viewer, number):
    client.force_login(viewer.user)
    response = client.get("/statistics/", WEEK)
    assert response.context["total"].answer_rate is None
    assert response.status_code == 200


def test_a_stranger_counts_nothing_of_it(client, stranger, week):
    client.force_login(stranger.user)
    response = client.get("/statistics/", WEEK)
    assert response.context["total"].offered == 0
    assert "550 12 00" not in response.content.decode()
    export = client.get("/statistics/export/number/", WEEK)
    assert "550 12 00" not in export.content.decode()


def test_the_number_of_queries_does_not_grow_with_the_calls(
    client, viewer, number, django_assert_max_num_queries
):
    client.force_login(viewer.user)
    counts = []
    for wanted in (3, 27):
        for n in range(wanted):
            make_call(number, MONDAY + dt.timedelta(minutes=n))
        with django_assert_max_num_queries(40) as captured:
            client.get("/statistics/", WEEK)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_many_numbers_keep_the_page_small(client, viewer, contract, site, make_number):
    """Twenty lines a table, the rest one click away, as often asked of the database."""
    GeographicNumber.objects.bulk_create(
        GeographicNumber(
            tenant=contract.tenant,
            contract=contract,
            site=site,
            label=f"Desk {n}",
            e164=f"+32255{n:05d}",
            activated_on=dt.date(2026, 10, 1),
        )
        for n in range(20_000, 21_000)
    )
    numbers = GeographicNumber.objects.filter(label__startswith="Desk")
    for n, number in enumerate(numbers[:100]):
        at = MONDAY + dt.timedelta(minutes=n)
        make_call(number, at, destination=f"+3247{n:07d}")
    client.force_login(viewer.user)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/statistics/", {**WEEK, "first": "2026-10-24"})
    assert len(page.content) < 150_000, len(page.content)
    assert len(asked) < 25
    shown = re.findall(r"<tbody>.*?</tbody>", page.text, re.DOTALL)
    assert len(shown) == 7
    assert max(table.count("<tr>") for table in shown) == 20
    assert "Show all 100 lines" in page.text

    whole = client.get("/statistics/table/number/", {**WEEK, "first": "2026-10-24"})
    assert whole.text.count('<th scope="row"') == 100
    assert client.get("/statistics/table/nothing/", WEEK).status_code == 404


def test_a_short_table_offers_no_rest(client, viewer, week):
    client.force_login(viewer.user)
    page = client.get("/statistics/", WEEK).text
    assert "/statistics/table/number/" not in page
