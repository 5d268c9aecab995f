"""The page of one call: its timeline, and why the call went where it went."""

import datetime as dt

import pytest

from numbers.models import NumberAccess
from routing.models import PlanVersion
from tests.support.call_pages import ago, detail
from tests.support.calls import make_call

pytestmark = pytest.mark.usefixtures("clock")


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
