"""The list of calls, one call, the export and the panels of other pages."""

import csv
import datetime as dt
import io
import re

import pytest
from django.urls import reverse

from numbers.models import NumberAccess, Site
from routing.models import PlanVersion
from tenants.models import User
from tests.support.calls import make_call

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
LIST = "/calls/"
HTMX = {"HX-Request": "true"}
EXPORT = "/calls/export/"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def ago(**amount) -> dt.datetime:
    return NOW - dt.timedelta(**amount)


def ids(response) -> list[int]:
    return [row.call.pk for row in response.context["rows"]]


def without_token(response) -> str:
    """The page without what differs from one answer to the next."""
    return re.sub(r"[A-Za-z0-9]{64}", "", response.content.decode())


def home(client):
    return client.get("/calls/panels/home/", headers=HTMX).context["today"]


def detail(call) -> str:
    return reverse("traffic:call_detail", args=[f"{call.started_at:%Y-%m-%d}", call.pk])


@pytest.fixture
def other_number(contract, site, make_number):
    return make_number(contract, site, "+3225501201")


@pytest.fixture
def foreign_number(globex, make_contract, make_number):
    place = Site.objects.create(tenant=globex, name="Gent", slug="gent")
    return make_number(make_contract(globex), place, "+3292501400")


def test_the_names_of_a_call_are_shown_with_what_nobody_sees(client, viewer, number):
    odd = {"source": "edge\u202e1", "call_id": "one\u200b"}
    noted = [{"node": "n\u202e1", "outcome": "rang\u200b"}]
    call = make_call(number, ago(hours=1), legs=noted, **odd)
    client.force_login(viewer.user)
    page = client.get(detail(call)).text
    for told in ("edge‹U+202E›1", "one‹U+200B›", "n‹U+202E›1", "rang‹U+200B›"):
        assert told in page
    assert "\u202e" not in page
    listed = client.get("/api/v1/calls/?from=2026-11-20T00:00:00Z").json()["results"]
    assert {name: listed[0][name] for name in odd} == odd


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


@pytest.mark.parametrize("role", ["admin", "editor"])
def test_administrators_and_editors_see_whole_callers(client, role, number, request):
    call = make_call(number, ago(hours=1), caller="+32475123456")
    client.force_login(request.getfixturevalue(role).user)
    for address in (LIST, detail(call), f"/calls/panels/numbers/{number.pk}/"):
        assert "+32 475 12 34 56" in client.get(address, headers=HTMX).content.decode()
    assert "+32 475 12 34 56" in client.get(EXPORT).content.decode()


@pytest.mark.parametrize("role", ["operator_member", "finance", "viewer"])
def test_other_roles_see_callers_without_their_last_digits(
    client, role, number, request
):
    call = make_call(number, ago(hours=1), caller="+32475123456")
    client.force_login(request.getfixturevalue(role).user)
    for address in (LIST, EXPORT, detail(call), f"/calls/panels/numbers/{number.pk}/"):
        text = client.get(address, headers=HTMX).content.decode().replace(" ", "")
        assert "3456" not in text
        assert "+3247512••••" in text


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("0475 12 34 56", 1),
        ("0475 12 99 99", 1),
        ("0475 12", 1),
        ("0475 13", 0),
        ("+32475", 1),
        ("+324751234561", 0),
    ],
)
def test_searching_does_not_tell_the_hidden_digits(client, viewer, number, q, found):
    make_call(number, ago(hours=1), caller="+32475123456")
    client.force_login(viewer.user)
    assert len(ids(client.get(LIST, {"q": q}))) == found


def test_a_stranger_finds_nothing(client, stranger, number, foreign_number):
    call = make_call(number, ago(hours=1))
    theirs = make_call(foreign_number, ago(hours=1))
    client.force_login(stranger.user)

    assert ids(client.get(LIST)) == [theirs.pk]
    assert "550 12 00" not in client.get(EXPORT).content.decode()
    absent = client.get(detail(call).replace(f"/{call.pk}/", "/99999/"))
    answer = client.get(detail(call))
    assert answer.status_code == absent.status_code == 404
    assert without_token(answer) == without_token(absent).replace(
        "/99999/", f"/{call.pk}/"
    )
    panel = client.get(f"/calls/panels/numbers/{number.pk}/")
    assert panel.status_code == 404
    assert client.get(LIST, {"number": number.e164}).context["form"].errors
    assert home(client).counts.offered == 1


def test_a_narrowed_member_sees_the_calls_of_their_numbers_only(
    client, acme, make_member, number, other_number
):
    member = make_member(acme, "viewer", sees_all_numbers=False)
    NumberAccess.objects.create(tenant=acme, member=member, number=other_number)
    hidden = make_call(number, ago(hours=1))
    shown = make_call(other_number, ago(hours=2))
    client.force_login(member.user)

    assert ids(client.get(LIST)) == [shown.pk]
    assert client.get(detail(hidden)).status_code == 404
    assert client.get(detail(shown)).status_code == 200
    assert "550 12 00" not in client.get(EXPORT).content.decode()
    assert client.get(f"/calls/panels/numbers/{number.pk}/").status_code == 404
    assert home(client).counts.offered == 1
    assert client.get("/statistics/").context["total"].offered == 1


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        EXPORT,
        "/calls/2026-11-23/1/",
        "/calls/panels/home/",
        "/calls/panels/numbers/1/",
        "/statistics/",
        "/statistics/export/day/",
    ],
)
def test_nobody_signed_in_is_sent_to_sign_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert "login" in response.url


@pytest.mark.parametrize("address", [LIST, EXPORT, "/statistics/"])
def test_who_is_no_member_is_refused(client, db, address):
    client.force_login(User.objects.create_user("alone@example.org"))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "/calls/2026-11-31/1/",
        "/calls/1999-01-01/1/",
        "/calls/9999-12-31/1/",
        f"/calls/2026-11-23/{10**30}/",
        f"/calls/panels/numbers/{10**30}/",
        "/statistics/export/nothing/",
    ],
)
def test_addresses_that_lead_nowhere(client, viewer, address):
    client.force_login(viewer.user)
    assert client.get(address).status_code == 404


def test_the_detail_tells_the_timeline_with_its_reasons(client, editor, number):
    at = ago(hours=1)
    call = make_call(
        number,
        at,
        treatment="rerouted",
        destination="+32470112233",
        ringing_at=at + dt.timedelta(seconds=21),
        answered_at=at + dt.timedelta(seconds=33),
        ended_at=at + dt.timedelta(seconds=153),
        plan_version=4,
        legs=[
            {
                "at": at.isoformat(),
                "node": "r1",
                "destination": "site:brussels",
                "outcome": "no_answer",
            },
            {
                "at": (at + dt.timedelta(seconds=20)).isoformat(),
                "node": "gsm",
                "destination": "+32470112233",
                "outcome": "answered",
                "because": {"code": "cfnr", "params": {"target": "+32470112233"}},
            },
            {"at": "never", "node": 7, "outcome": ["<script>"]},
        ],
    )
    step = {"type": "ring", "label": "Reception"}
    PlanVersion.objects.create(
        tenant=number.tenant,
        number=number,
        sequence=4,
        document={"schema": 1, "entry": "r1", "nodes": {"r1": step}},
        created_by=editor.user,
        changed_by=editor.user,
    )
    client.force_login(editor.user)

    response = client.get(detail(call))

    text = response.content.decode()
    assert f'href="/numbers/{number.pk}/versions/4/"' in text
    assert "Reception" in text
    assert "Brussels: no answer" in text
    assert "+32 470 11 22 33: answered" in text
    assert "The line did not answer" in text
    assert "version 4" in text
    assert "12 s" in text
    assert "2 min 0 s" in text
    moments = [entry["at"] for entry in response.context["entries"]]
    assert moments == sorted(moments)


def test_a_phone_rings_before_the_caller_hangs_up(client, viewer, number):
    at = ago(hours=1)
    legs = [
        {
            "at": at.isoformat(),
            "node": "r1",
            "outcome": "abandoned",
            "destination": "line",
        }
    ]
    call = make_call(
        number, at, ringing_at=at, ended_at=at, outcome="abandoned", legs=legs
    )
    client.force_login(viewer.user)
    entries = client.get(detail(call)).context["entries"]
    titles = [entry["title"] for entry in entries]
    assert titles == ["The call arrives", "First ring", "Step r1", "The call ends"]


def test_a_leg_on_which_nobody_pressed_1_says_so(client, viewer, number):
    leg = {"node": "r1", "destination": "+32470112233", "outcome": "unconfirmed"}
    call = make_call(number, ago(hours=1), outcome="no_answer", legs=[leg])
    client.force_login(viewer.user)
    entries = client.get(detail(call)).context["entries"]
    entry = next(entry for entry in entries if entry["title"] == "Step r1")
    assert entry["text"].replace("\xa0", " ") == "+32 470 11 22 33: nobody pressed 1"
    assert entry["state"] == "attention"


@pytest.mark.parametrize(
    ("leg", "outcome", "said"),
    [
        (
            {"destination": "line", "outcome": "busy"},
            "busy",
            "The call rang on the number's own line. "
            "The last phone tried, the number's own line, was busy.",
        ),
        (
            {"outcome": "abandoned"},
            "abandoned",
            "The caller hung up before anybody answered.",
        ),
        ({"outcome": "normal"}, "rejected", "The call was ended by the plan."),
    ],
)
def test_a_call_that_nobody_took_says_what_was_tried(
    client, viewer, number, leg, outcome, said
):
    """Of such a call the network notes no destination, only its steps."""
    call = make_call(number, ago(hours=1), outcome=outcome, destination="", legs=[leg])
    client.force_login(viewer.user)
    assert " ".join(client.get(detail(call)).context["sentences"]) == said


@pytest.mark.parametrize(
    "legs",
    [
        [],
        [{}],
        [{"at": "9999-12-31T23:59:59+00:00"}],
        [{"because": {"code": "span"}}],
        [{"because": {"code": "span", "params": {"weekday": 99, "time": "x"}}}],
        [{"because": {"code": "holiday", "params": {"holiday": "no"}}}],
        [{"because": {"code": ["x"]}}],
        [{"because": {"code": "rang", "params": 3}}],
        [{"outcome": "answered", "destination": "queue:" + "x" * 200}] * 300,
    ],
)
def test_whatever_the_network_noted_the_page_is_shown(client, viewer, number, legs):
    call = make_call(number, ago(hours=1), legs=legs)
    client.force_login(viewer.user)
    assert client.get(detail(call)).status_code == 200


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


@pytest.mark.parametrize("had_its_digits", [False, True])
@pytest.mark.parametrize("sees_all", [True, False])
def test_the_timeline_tells_no_step_of_a_number_that_is_not_shown(
    client, viewer, number, contract, site, make_number, sees_all, had_its_digits
):
    """Whoever was shown a number that ended is not shown the one with its digits."""
    today, secret = ago(days=0).date(), "+32475987654"
    day = dt.timedelta(days=1)
    if had_its_digits:
        days = {"activated_on": today - 300 * day, "released_on": today - 40 * day}
        ended = make_number(contract, site, "+3292334400")
        type(ended).objects.filter(pk=ended.pk).update(**days)
        NumberAccess.objects.create(tenant=number.tenant, member=viewer, number=ended)
    other = make_number(contract, site, "+3292334400", activated_on=today - 10 * day)
    at = ago(hours=1)
    call = make_call(
        number,
        at,
        outcome="abandoned",
        destination="",
        legs=[
            {
                "at": at.isoformat(),
                "node": "r1",
                "destination": "+32470112233",
                "outcome": "no_answer",
            },
            {
                "at": at.isoformat(),
                "node": "cellar",
                "number": other.e164,
                "destination": secret,
                "outcome": "no_answer",
            },
        ],
    )
    viewer.sees_all_numbers = sees_all
    viewer.save()
    NumberAccess.objects.create(tenant=number.tenant, member=viewer, number=number)
    client.force_login(viewer.user)
    text = client.get(detail(call)).text
    assert "+32 470 11 22 33: no answer" in text
    assert ("cellar" in text, "475 98 76 54" in text) == (sees_all, sees_all)
