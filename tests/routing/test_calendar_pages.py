"""A calendar is made, changed for all plans that ask it, and kept while one does."""

import datetime as dt

import pytest

from routing.decisions.simulation import simulate_number
from routing.models import Announcement, Calendar, CompiledPlan
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring, schedule
from tests.support.library import url


def written(calendar=None, **fields):
    """The form of a calendar, as a person fills it in."""
    base = {"name": "Office", "mode": "auto", "mon": "8:30-12", "fri": "22:00-02:00"}
    revision = {"revision": calendar.revision} if calendar else {}
    return {**base, **revision, **fields}


def test_a_calendar_shows_its_days_and_who_asks_it(client, office, number, editor):
    make_live(number, schedule(MOBILE), editor)
    client.force_login(editor.user)
    text = client.get(url("calendar_detail", office.pk)).content.decode()
    assert text.count("strip-day") == 14
    assert "+32 2 550 12 00" in text
    assert "Delete the calendar" not in text
    text = client.get(url("calendar_list")).content.decode()
    assert "+32 2 550 12 00" in text


def test_a_calendar_is_made(client, acme, editor):
    client.force_login(editor.user)
    answer = client.post(url("calendar_add"), written(name="Été à Liège"))
    made = Calendar.objects.get()
    assert answer["Location"] == url("calendar_detail", made.pk)
    assert made.slug == "ete-a-liege"
    assert made.definition["weekly"]["mon"] == [["08:30", "12:00"]]
    assert AuditEvent.objects.filter(action="calendar.saved").count() == 1


def test_two_calendars_that_sound_alike_have_two_slugs(client, acme, editor):
    client.force_login(editor.user)
    for name in ("Office", "Office!"):
        client.post(url("calendar_add"), written(name=name))
    slugs = Calendar.objects.order_by("slug").values_list("slug", flat=True)
    assert list(slugs) == ["office", "office-2"]


def test_a_name_is_taken_once(client, library, office, editor):
    """A double press or two people would leave a choice between two equals."""
    client.force_login(editor.user)
    named = {"name": office.name.upper()}
    answer = client.post(url("calendar_add"), written(**named))
    assert answer.status_code == 422
    assert "a calendar of this name already" in answer.text
    assert client.post(url("calendar_edit", office.pk), written(office, **named))
    client.post(url("announcement_add"), {"name": "Hello", "text-fr": "Bonjour."})
    again = client.post(url("announcement_add"), {"name": "hello", "text-fr": "Allo"})
    assert "an announcement of this name already" in again.text
    assert Announcement.objects.filter(name__iexact="hello").count() == 1


def test_a_change_reaches_the_calls_at_once(client, office, number, editor):
    make_live(number, schedule(MOBILE), editor)
    before = CompiledPlan.objects.get().digest
    client.force_login(editor.user)
    data = written(
        office,
        mon="",
        **{
            "special-0-from": "2026-11-23",
            "special-0-to": "2026-11-24",
            "special-0-hours": "10-11",
            "special-0-label": "Inventory",
        },
    )
    client.post(url("calendar_edit", office.pk), data)
    office.refresh_from_db()
    assert office.definition["special"] == [
        {
            "from": "2026-11-23",
            "to": "2026-11-24",
            "hours": [["10:00", "11:00"]],
            "label": "Inventory",
        }
    ]
    assert CompiledPlan.objects.get().digest != before
    hour = dt.timedelta(hours=1)
    open_now = simulate_number(number, facts(number, MONDAY), caller=None)
    assert open_now["destination"] == MOBILE  # 10:15 in Brussels
    found = simulate_number(number, facts(number, MONDAY + hour), caller=None)
    assert found["result"] == "hangup"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mon": "8:30-25:00"}, "mon"),
        ({"tue": "noon"}, "tue"),
        (
            {"special-1-from": "2026-12-24", "special-1-to": "2026-12-01"},
            "special-1-from",
        ),
        (
            {"special-0-from": "2026-12-24", "special-1-from": "2026-12-24"},
            "special-1-from",
        ),
        ({"special-0-from": "2026-12-24", "special-0-hours": "x-y"}, "special-0-hours"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(
    client, office, editor, fields, field
):
    client.force_login(editor.user)
    data = written(office, wed="9-17", **fields)
    answer = client.post(url("calendar_edit", office.pk), data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "9-17" in answer.content.decode()
    office.refresh_from_db()
    assert office.revision == 1


ROW = {"from": "", "to": "", "hours": "", "label": ""}


@pytest.mark.parametrize(
    "entered",
    [
        {"to": "2026-12-31"},
        {"hours": "09:00-12:00"},
        {"label": "New Year Eve"},
        {"to": "2026-12-31", "hours": "09:00-12:00", "label": "New Year Eve"},
        {"hours": "x-y"},
        {"from": "31/31/2026", "label": "New Year Eve"},
    ],
)
@pytest.mark.parametrize("n", [0, 1])
def test_a_special_day_without_its_first_day_is_not_left_out(
    client, office, editor, entered, n
):
    client.force_login(editor.user)
    row = {f"special-{n}-{key}": text for key, text in {**ROW, **entered}.items()}
    answer = client.post(url("calendar_edit", office.pk), written(office, **row))
    assert answer.status_code == 422
    assert f"special-{n}-from" in answer.context["form"].errors
    text = answer.content.decode()
    assert ("Say from which day" in text) is ("from" not in entered)
    for value in entered.values():
        assert value in text
    office.refresh_from_db()
    assert office.revision == 1


def test_a_special_day_that_lasts_for_decades_is_a_slip(client, office, editor):
    client.force_login(editor.user)
    row = {"special-0-from": "2026-12-28", "special-0-to": "2062-12-31"}
    answer = client.post(url("calendar_edit", office.pk), written(office, **row))
    assert answer.status_code == 422
    assert "Check the year" in answer.text
    office.refresh_from_db()
    assert not office.definition.get("special")


def test_only_a_row_that_is_empty_in_all_its_cells_is_left_out(client, office, editor):
    client.force_login(editor.user)
    blank = {f"special-0-{key}": "  " if key == "label" else "" for key in ROW}
    answer = client.post(url("calendar_edit", office.pk), written(office, **blank))
    assert answer.status_code == 302
    office.refresh_from_db()
    assert office.definition["special"] == []


def test_the_second_to_save_a_calendar_is_told(client, office, editor, admin):
    client.force_login(admin.user)
    client.post(url("calendar_edit", office.pk), written(office, tue="9-17"))
    client.force_login(editor.user)
    mine = written(office, wed="10-11")
    answer = client.post(url("calendar_edit", office.pk), mine)
    assert answer.status_code == 409
    assert "Somebody saved this calendar" in answer.content.decode()
    assert "10-11" in answer.content.decode()
    again = {**mine, "revision": 2}
    assert client.post(url("calendar_edit", office.pk), again).status_code == 302
    office.refresh_from_db()
    assert office.definition["weekly"]["tue"] == []


def test_a_calendar_in_use_is_not_deleted(client, office, number, editor):
    make_live(number, schedule(MOBILE), editor)
    client.force_login(editor.user)
    answer = client.post(url("calendar_delete", office.pk))
    assert answer.status_code == 409
    assert "Plans still use this calendar" in answer.content.decode()
    make_live(number, ring(MOBILE), editor)
    assert client.post(url("calendar_delete", office.pk)).status_code == 302
    assert not Calendar.objects.exists()


def test_thirty_calendars_ask_as_much_as_three(
    client, acme, viewer, django_assert_max_num_queries
):
    client.force_login(viewer.user)
    counts = []
    for numbers in (range(3), range(3, 30)):
        for n in numbers:
            Calendar.objects.create(
                tenant=acme, slug=f"c{n}", name=f"C{n}", definition={}
            )
            Announcement.objects.create(
                tenant=acme, slug=f"c{n}", name=f"C{n}", language="fr", text="x"
            )
        for name in ("calendar_list", "announcement_list"):
            with django_assert_max_num_queries(60) as counted:
                client.get(url(name))
            counts.append(len(counted))
    assert counts[:2] == counts[2:]


def test_today_is_told_on_the_list(client, acme, viewer):
    Calendar.objects.create(
        tenant=acme, slug="always", name="Always", definition={"mode": "force_open"}
    )
    client.force_login(viewer.user)
    text = client.get(url("calendar_list")).content.decode()
    assert "Today: 00:00-24:00 (set by hand)" in text
