"""Of what numbers share it is said whose calls follow it now, and whose do not."""

import datetime as dt
import html

import pytest
from django.urls import reverse
from django.utils import timezone

from numbers.models import GeographicNumber, ServiceOption
from routing.models import Announcement, Calendar, SharedVersion
from routing.services import plans
from tests.routing.conftest import MOBILE, OFFICE, make_live, ring, schedule
from tests.routing.test_calendar_pages import written
from tests.routing.test_diverting_the_suspended import said, suspend
from tests.support.diversions import divert
from tests.support.library import url
from vms_portal.kernel.local_time import local_date

DAY = dt.timedelta(days=1)
NUMBER = "+32 2 550 12 00"
FOLLOWS = ("success", "Saved. Calls of 1 number follow it from now on.")
NONE_FOLLOWS = ("success", "Saved. No call follows it now.")
NOT_USED = ("success", "Saved. No number uses it yet.")
IDLE = "uses it, but does not decide where calls go now."
DRAFT = f"The draft of {NUMBER} uses it: calls follow once it is published."


@pytest.fixture
def asking(library, number, editor):
    """A number whose live plan asks the calendar and plays the announcement."""
    return use(number, editor)


def use(number, editor, *, is_live=True):
    document = schedule(MOBILE)
    document["nodes"]["say"] = {
        "type": "announcement",
        "announcement": "closed",
        "exits": {"done": "bye"},
    }
    document["nodes"]["hours"]["exits"]["closed"] = "say"
    if is_live:
        make_live(number, document, editor)
    else:
        draft = plans.open_draft(number=number, member=editor)
        plans.save_draft(
            draft=draft, document=document, revision=draft.revision, member=editor
        )
    return number


def end(number) -> None:
    days = {"activated_on": dt.date(2026, 1, 1)}
    last = local_date(timezone.now()) - DAY
    GeographicNumber.objects.filter(pk=number.pk).update(released_on=last, **days)


def begin_later(number) -> None:
    first = local_date(timezone.now()) + 7 * DAY
    GeographicNumber.objects.filter(pk=number.pk).update(activated_on=first)


def save_calendar(client, office, **fields) -> list[tuple[str, str]]:
    office.refresh_from_db()
    fields |= {"revision": office.revision, "fri": ""}
    address = url("calendar_edit", office.pk)
    return said(client.post(address, written(office, **fields), follow=True))


def save_announcement(client) -> list[tuple[str, str]]:
    data = {"name": "Closed", "text-fr": "Fermé."}
    return said(client.post(url("announcement_edit", "closed"), data, follow=True))


def home(client) -> str:
    return " ".join(client.get(reverse("routing:home_panel")).text.split())


def test_calls_of_a_number_that_ended_follow_nothing(client, asking, office, editor):
    client.force_login(editor.user)
    assert save_calendar(client, office, mode="force_closed") == [FOLLOWS]
    assert "1 number follows it" in home(client)
    end(asking)
    assert save_calendar(client, office, mode="force_closed") == [NOT_USED]
    assert "follows it" not in home(client)
    assert save_announcement(client) == [NOT_USED]


def test_what_only_numbers_that_ended_used_can_be_deleted(
    client, asking, office, editor
):
    client.force_login(editor.user)
    delete = url("calendar_delete", office.pk)
    assert client.post(delete).status_code == 409
    use(asking, editor, is_live=False)
    end(asking)
    assert "Delete the calendar" in client.get(url("calendar_detail", office.pk)).text
    assert client.post(delete).status_code == 302
    assert client.post(url("announcement_delete", "closed")).status_code == 302
    assert not Calendar.objects.exists()
    assert not Announcement.objects.exists()
    # Its page shows the plan it had.
    shown = client.get(reverse("routing:number_detail", args=[asking.pk]))
    assert shown.status_code == 200


def test_on_its_last_day_a_number_follows_still(client, asking, office, editor):
    today = local_date(timezone.now())
    GeographicNumber.objects.filter(pk=asking.pk).update(released_on=today)
    client.force_login(editor.user)
    assert save_calendar(client, office) == [FOLLOWS]
    assert client.post(url("calendar_delete", office.pk)).status_code == 409


def test_a_draft_alone_follows_nothing_and_keeps_what_it_names(
    client, library, office, number, editor
):
    use(number, editor, is_live=False)
    client.force_login(editor.user)
    expected = [NONE_FOLLOWS, ("info", DRAFT)]
    assert save_calendar(client, office, mode="force_closed") == expected
    assert save_announcement(client)[1:] == [("info", DRAFT)]
    assert "Office is closed" not in home(client)
    for name, key in (("calendar", office.pk), ("announcement", "closed")):
        kept = client.post(url(f"{name}_delete", key))
        assert kept.status_code == 409
        assert f"Drafts still {'use' if name == 'calendar' else 'play'}" in kept.text
        assert "In drafts" in kept.text


@pytest.mark.parametrize("page", ["calendar_list", "announcement_list"])
def test_lists_part_the_drafts(client, library, number, second, editor, page):
    use(number, editor)
    client.force_login(editor.user)
    assert "In drafts" not in client.get(url(page)).text
    use(second, editor, is_live=False)
    _before, drafts = client.get(url(page)).text.split("In drafts")
    assert "+32 2 550 12 01" in drafts
    assert NUMBER not in drafts


@pytest.mark.parametrize("state", ["suspended", "diverted", "later"])
def test_a_plan_that_does_not_decide_is_named(client, asking, office, editor, state):
    if state == "suspended":
        suspend(asking)
    elif state == "later":
        begin_later(asking)
    else:
        divert([asking], editor, until=None, now=timezone.now())
    client.force_login(editor.user)
    waits = ("info", f"The plan of {NUMBER} {IDLE}")
    assert save_calendar(client, office, mode="force_open") == [NONE_FOLLOWS, waits]
    first = ("success", "Saved. No caller hears it now.")
    assert save_announcement(client) == [first, waits]
    edit = html.unescape(client.get(url("calendar_edit", office.pk)).text)
    assert "follow it at once" not in edit
    for page in (edit, client.get(url("announcement_edit", "closed")).text):
        assert waits[1] in page
    # Forgotten, it decides when the diversion ends.
    assert ("follows it" in home(client)) == (state != "later")


def test_those_that_follow_are_counted_without_the_others(
    client, asking, second, office, editor
):
    use(second, editor)
    suspend(second)
    client.force_login(editor.user)
    waits = ("info", f"The plan of +32 2 550 12 01 {IDLE}")
    assert save_calendar(client, office) == [FOLLOWS, waits]


def test_a_plan_of_another_option_follows_nothing(
    client, library, office, continuity_number, editor
):
    use(continuity_number, editor)
    client.force_login(editor.user)
    waits = ("info", f"The plan of +32 2 550 12 08 {IDLE}")
    expected = [NONE_FOLLOWS, waits]
    assert save_calendar(client, office, mode="force_closed") == expected
    assert "follows it" not in home(client)


def test_going_back_says_the_same(client, asking, office, editor):
    client.force_login(editor.user)
    for mode in ("force_closed", "auto"):
        save_calendar(client, office, mode=mode)
    suspend(asking)
    version = SharedVersion.objects.get(kind="calendar", sequence=2)
    address = reverse("routing:shared_restore", args=[version.pk])
    (back, waits) = said(client.post(address, {"newest": 3}, follow=True))
    assert back == ("success", "Version 2 is back. No call follows it now.")
    assert waits == ("info", f"The plan of {NUMBER} {IDLE}")


def test_what_holds_for_every_number_waits_for_one(client, number, editor):
    client.force_login(editor.user)
    served = said(client.post(url("safety_save"), {"to": "line"}, follow=True))
    assert served == [("success", "Saved. Calls follow it from now on.")]
    assert "It applies at once to 1 number." in client.get(url("settings")).text
    begin_later(number)
    page = client.get(url("settings")).text
    assert "It applies at once to" not in page
    data = {"to": "", "expected": page.split('name="expected" value="')[1][:64]}
    data["expected"] = data["expected"].split('"')[0]
    waits = said(client.post(url("safety_save"), data, follow=True))
    assert waits == [("success", "Saved. Calls follow it once a number is in service.")]
    rule = {"kind": "block", "begins": "0475"}
    told = said(client.post(url("rule_add"), rule, follow=True))
    assert told == [("success", "The rule applies once a number is in service.")]


@pytest.mark.parametrize(
    ("kind", "state", "before"),
    [
        ("block", "usual", ""),
        ("block", "diverted", ""),
        ("block", "suspended", "Suspended: calls are not connected."),
        ("allow", "usual", ""),
        ("allow", "diverted", "until somebody stops it. The plan decides after that."),
        ("allow", "without a plan", "Calls ring the number's own line."),
    ],
)
def test_a_rule_of_one_number_says_what_decides_before_it(
    client, library, number, editor, kind, state, before
):
    if state != "without a plan":
        make_live(number, ring(MOBILE), editor)
    if state == "suspended":
        suspend(number)
    elif state == "diverted":
        divert([number], editor, until=None, now=timezone.now())
    client.force_login(editor.user)
    rule = {"kind": kind, "begins": "0475", "number": number.pk}
    (done, *more) = said(client.post(url("rule_add"), rule, follow=True))
    assert done == ("success", "The rule applies from now on.")
    assert [level for level, _text in more] == ["info"] * bool(before)
    assert not before or more[0][1].endswith(before)


def test_thirty_numbers_that_follow_ask_as_much_as_three(
    client,
    library,
    office,
    contract,
    site,
    make_number,
    editor,
    django_assert_max_num_queries,
):
    definition = {**OFFICE, "mode": "force_closed"}
    Calendar.objects.update(definition=definition)
    client.force_login(editor.user)
    counts = []
    for some in (range(3), range(3, 30)):
        for n in some:
            option = ServiceOption.DRS if n % 2 else ServiceOption.CLASSIC
            use(make_number(contract, site, f"+32255012{n:02d}", option), editor)
        counted = []
        for address in (url("calendar_edit", office.pk), reverse("routing:home_panel")):
            with django_assert_max_num_queries(60) as asked:
                client.get(address)
            counted.append(len(asked))
        counts.append(counted)
    assert counts[0] == counts[1]
