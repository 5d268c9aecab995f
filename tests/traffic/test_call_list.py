"""The list of calls: filters, pages and export, and the panels of other pages."""

import csv
import datetime as dt
import io

import pytest

from tests.support.call_pages import EXPORT, HTMX, LIST, ago, home, ids
from tests.support.calls import make_call

pytestmark = pytest.mark.usefixtures("clock")


def test_the_list_shows_the_last_seven_days_newest_first(client, viewer, number):
    old = make_call(number, ago(days=8))
    first, second = make_call(number, ago(days=6)), make_call(number, ago(hours=1))
    client.force_login(viewer.user)

    assert ids(client.get(LIST)) == [second.pk, first.pk]
    assert ids(client.get(LIST, {"order": "oldest"})) == [first.pk, second.pk]
    assert old.pk in ids(client.get(LIST, {"period": "days30"}))


def test_times_are_those_of_brussels(client, viewer, number):
    make_call(number, dt.datetime(2026, 11, 22, 23, 30, 5, tzinfo=dt.UTC))
    client.force_login(viewer.user)

    today = client.get(LIST, {"period": "today"})

    assert len(ids(today)) == 1
    assert "00:30:05" in today.content.decode()
    assert not ids(client.get(LIST, {"period": "yesterday"}))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"outcome": "busy"}, ["busy"]),
        ({"treatment": "rerouted"}, ["busy"]),
        ({"number": "+3225501201"}, ["other"]),
        ({"site": "brussels"}, ["other", "busy"]),
        ({"q": "02/550.12.01"}, ["other"]),
        ({"q": "0032 486 11"}, ["busy"]),
        ({"q": "0486112233"}, ["busy"]),
        ({"q": "+32 2 550"}, ["other", "busy"]),
        ({"q": "09 250 14 00"}, []),
        ({"period": "own", "first": "2026-11-23"}, ["other"]),
        ({"period": "own", "first": "2026-11-22", "last": "2026-11-22"}, ["busy"]),
    ],
)
def test_each_filter_narrows_the_list(
    client, editor, number, other_number, query, found
):
    calls = {
        "other": make_call(other_number, ago(hours=1)),
        "busy": make_call(
            number,
            ago(days=1),
            outcome="busy",
            treatment="rerouted",
            caller="+32486112233",
            destination="+32470112233",
        ),
    }
    client.force_login(editor.user)
    response = client.get(LIST, query)
    assert ids(response) == [calls[name].pk for name in found]


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\x00"},
        {"q": "Jan"},
        {"q": "x" * 500},
        {"period": "\x00"},
        {"period": "own"},
        {"period": "own", "first": "0001-01-01", "last": "9999-12-31"},
        {"period": "own", "first": "2026-11-20", "last": "2026-11-19"},
        {"period": "own", "first": "2026-13-99"},
        {"number": "'; DROP TABLE"},
        {"site": "\x00"},
        {"outcome": "loop"},
    ],
)
def test_a_filter_that_makes_no_sense_is_explained(client, viewer, number, query):
    make_call(number, ago(hours=1))
    client.force_login(viewer.user)
    for address in (LIST, "/statistics/"):
        response = client.get(address, query)
        assert response.status_code == 200
        if address == LIST:
            assert response.context["form"].errors
            assert "rows" not in response.context
    assert client.get(EXPORT, query).status_code == 302


def test_a_search_for_what_nobody_sees_says_so(client, viewer):
    client.force_login(viewer.user)
    errors = client.get(LIST, {"q": "\u200b\u202e"}).context["form"].errors["q"]
    assert "not a telephone number" in errors[0]


@pytest.mark.parametrize("raw", ["q=%ED%A0%80", "site=%FF", "q=%00", "after=%00"])
def test_bytes_that_are_no_text_do_no_harm(client, viewer, number, raw):
    client.force_login(viewer.user)
    for address in (LIST, EXPORT, "/statistics/"):
        assert client.get(f"{address}?{raw}").status_code in {200, 302}


@pytest.mark.parametrize("key", ["\x00", "1", "-1", "9" * 40 + "-1", "é-1", "1-x"])
def test_an_unreadable_page_key_shows_the_first_page(client, viewer, number, key):
    call = make_call(number, ago(hours=1))
    client.force_login(viewer.user)
    for name in ("after", "before"):
        assert ids(client.get(LIST, {name: key})) == [call.pk]


def test_pages_follow_each_other_and_lead_back(client, viewer, number):
    calls = [make_call(number, ago(minutes=n // 2)) for n in range(120)]
    expected = sorted(calls, key=lambda call: (call.started_at, call.pk), reverse=True)
    client.force_login(viewer.user)

    first = client.get(LIST)
    second = client.get(LIST, {"after": first.context["page"].next})
    third = client.get(LIST, {"after": second.context["page"].next})

    assert ids(first) + ids(second) + ids(third) == [call.pk for call in expected]
    assert first.context["page"].previous == third.context["page"].next == ""
    back = client.get(LIST, {"before": second.context["page"].previous})
    assert ids(back) == ids(first)
    assert "120 calls" in first.content.decode()


def test_a_count_above_the_limit_is_not_counted_out(
    client, viewer, number, monkeypatch
):
    monkeypatch.setattr("traffic.views.calls.COUNT_LIMIT", 3)
    monkeypatch.setattr("traffic.selectors.calls.count_up_to.__defaults__", (3,))
    for n in range(5):
        make_call(number, ago(minutes=n))
    client.force_login(viewer.user)
    assert "More than 3 calls" in client.get(LIST).content.decode()


def test_the_list_asks_as_many_queries_for_thirty_calls_as_for_three(
    client, viewer, number, django_assert_max_num_queries
):
    client.force_login(viewer.user)
    client.get(LIST)  # ticks a first step, once
    counts = []
    for wanted in (3, 27):
        for n in range(wanted):
            make_call(number, ago(minutes=n))
        with django_assert_max_num_queries(40) as captured:
            client.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_export_holds_what_the_list_shows(client, editor, number, other_number):
    make_call(number, ago(hours=1), destination="queue:=cmd|' /C calc'!A0", caller="")
    make_call(other_number, ago(hours=2), outcome="busy")
    client.force_login(editor.user)

    response = client.get(EXPORT, {"number": number.e164})

    assert response["Content-Disposition"] == (
        'attachment; filename="calls-2026-11-17-2026-11-23.csv"'
    )
    text = response.content.decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text), delimiter=";")
    assert header[:3] == ["Date", "Time", "Called number"]
    assert row[:4] == ["2026-11-23", "11:00:00", "+32 2 550 12 00", "withheld"]
    assert row[6] == "queue =cmd|' /C calc'!A0"


def test_an_export_over_the_limit_is_refused_with_a_sentence(
    client, editor, number, monkeypatch
):
    monkeypatch.setattr("traffic.views.calls.EXPORT_LIMIT", 2)
    for n in range(3):
        make_call(number, ago(minutes=n))
    client.force_login(editor.user)
    response = client.get(EXPORT, {"outcome": "answered"}, follow=True)
    assert "at most 2 calls" in response.content.decode()
    assert response.redirect_chain[0][0] == "/calls/?outcome=answered"


def test_the_number_panel_shows_the_last_five_and_the_day(client, viewer, number):
    calls = [make_call(number, ago(hours=1 + n * 5)) for n in range(7)]
    make_call(number, ago(hours=2), treatment="test")
    client.force_login(viewer.user)
    response = client.get(f"/calls/panels/numbers/{number.pk}/", headers=HTMX)
    assert calls[0].pk in ids(response)
    assert len(ids(response)) == 5
    assert response.context["counts"].offered == 3


def test_without_script_a_panel_leads_to_the_list(client, viewer, number):
    call = make_call(number, ago(hours=1))
    client.force_login(viewer.user)
    for address in ("/calls/panels/home/", f"/calls/panels/numbers/{number.pk}/"):
        response = client.get(address, follow=True)
        assert response.redirect_chain[0][0].startswith(LIST)
        assert ids(response) == [call.pk]


def test_the_home_panel_compares_with_the_same_weekday_so_far(client, viewer, number):
    for _n in range(3):
        make_call(number, ago(hours=1), treatment="rerouted")
    make_call(number, ago(hours=2), outcome="no_answer")
    for week in (1, 2):
        for _n in range(2):
            make_call(number, ago(days=7 * week, hours=1))
        # Later that day: does not count for "so far".
        make_call(number, ago(days=7 * week, hours=-2))
    client.force_login(viewer.user)

    today = home(client)

    assert (today.counts.offered, today.usual, today.change) == (4, 2, "+100 %")
    assert (today.counts.answer_rate, today.counts.rerouted) == (75, 3)
    assert len(today.hours) == 13
    assert sum(today.hours) == 4
