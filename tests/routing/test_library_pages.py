"""Calendars, announcements and settings: shared by plans, so changed with care."""

import datetime as dt

import pytest
from django.urls import reverse

from routing.decisions.simulation import simulate_number
from routing.forms.library import CalendarForm, hours_text, read_hours
from routing.models import (
    Announcement,
    Calendar,
    CompiledPlan,
    RoutingSettings,
    ScreeningRule,
)
from tenants.models import AuditEvent
from tests.routing.conftest import MOBILE, MONDAY, facts, make_live, ring, schedule


@pytest.fixture
def office(library):
    return Calendar.objects.get()


def url(name, *args):
    return reverse(f"routing:{name}", args=args)


def written(calendar=None, **fields):
    """The form of a calendar, as a person fills it in."""
    base = {"name": "Office", "mode": "auto", "mon": "8:30-12", "fri": "22:00-02:00"}
    revision = {"revision": calendar.revision} if calendar else {}
    return {**base, **revision, **fields}


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("08:30-12:00, 13:00-17:30", [["08:30", "12:00"], ["13:00", "17:30"]]),
        ("8h30–12h; 13u-17u30", [["08:30", "12:00"], ["13:00", "17:30"]]),
        ("22-2", [["22:00", "02:00"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
        ("noon", [["noon"]]),
    ],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert read_hours(text) == spans
    assert read_hours(hours_text(spans)) == spans


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


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mon": "8-12"}, []),
        ({"tue": "17:00-08:00"}, ["Tuesday: open overnight, 17:00 to Wed 08:00."]),
        (
            {"tue": "08:00-12:00, 11:00-13:00"},
            ["Tuesday: 08:00-12:00 and 11:00-13:00 overlap; they count as one."],
        ),
        ({"tue": "08:00-12:00, 12:00-13:00"}, []),
        ({"tue": "00:00-24:00"}, []),
        (
            {"sun": "22-9", "mon": "8-12"},
            [
                "Sunday: open overnight, 22:00 to Mon 09:00.",
                "Sunday: the night until 09:00 runs into 08:00-12:00 of Monday; "
                "they count as one.",
            ],
        ),
        (
            {"special-0-from": "2026-12-24", "special-0-hours": "20-2, 22-23"},
            [
                "24 December 2026: open overnight, 20:00 to the next day 02:00.",
                "24 December 2026: 20:00-02:00 and 22:00-23:00 overlap; "
                "they count as one.",
            ],
        ),
    ],
)
def test_hours_one_may_not_have_meant_are_told(fields, said):
    data = {"name": "Office", "mode": "auto", **fields}
    form = CalendarForm(data, name="", definition={})
    assert form.is_valid(), form.errors
    assert form.warnings == said


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


def spoken(**texts):
    return {"name": "Closed", **{f"text-{code}": t for code, t in texts.items()}}


def test_an_announcement_has_a_text_per_language(client, library, editor):
    client.force_login(editor.user)
    client.post(
        url("announcement_edit", "closed"), spoken(nl="Gesloten.", en="Closed.")
    )
    rows = Announcement.objects.order_by("language")
    texts = list(rows.values_list("language", "text"))
    assert texts == [("en", "Closed."), ("nl", "Gesloten.")]


def test_an_announcement_is_made(client, acme, editor):
    client.force_login(editor.user)
    client.post(url("announcement_add"), spoken(fr="Bonjour."))
    made = Announcement.objects.get()
    assert (made.slug, made.language, made.text) == ("closed", "fr", "Bonjour.")
    text = client.get(url("announcement_list")).content.decode()
    assert '<dd lang="fr">Bonjour.</dd>' in text


def test_an_announcement_that_says_nothing_is_refused(client, library, editor):
    client.force_login(editor.user)
    answer = client.post(url("announcement_edit", "closed"), spoken(fr="  "))
    assert answer.status_code == 422
    assert "at least one language" in answer.content.decode()
    assert Announcement.objects.get().text == "Fermé."


def test_an_announcement_in_use_is_not_deleted(client, library, number, editor):
    document = schedule(MOBILE)
    document["nodes"]["say"] = {
        "type": "announcement",
        "announcement": "closed",
        "exits": {"done": "bye"},
    }
    document["nodes"]["hours"]["exits"]["closed"] = "say"
    make_live(number, document, editor)
    client.force_login(editor.user)
    answer = client.post(url("announcement_delete", "closed"))
    assert answer.status_code == 409
    assert "+32 2 550 12 00" in answer.content.decode()
    make_live(number, ring(MOBILE), editor)
    assert client.post(url("announcement_delete", "closed")).status_code == 302
    assert not Announcement.objects.exists()


def test_calls_nobody_took_go_to_the_safety_destination(client, number, editor):
    client.force_login(editor.user)
    client.post(url("safety_save"), {"other": "0470 11 22 33"})
    assert RoutingSettings.objects.get().safety_destination == MOBILE
    busy = simulate_number(
        number, facts(number, MONDAY), caller=None, outcomes={"line": "busy"}
    )
    assert busy["destination"] == MOBILE
    client.post(url("safety_save"), {"to": ""})
    assert RoutingSettings.objects.get().safety_destination == ""


@pytest.mark.parametrize(
    ("other", "said"), [("112", "emergency"), ("02 550 12 00", "your own numbers")]
)
def test_a_refused_safety_destination_says_why(client, number, editor, other, said):
    client.force_login(editor.user)
    answer = client.post(url("safety_save"), {"other": other})
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize(
    ("prefix", "stored"),
    [("0475", "+32475"), ("+33 1", "+331"), ("0033", "+33"), ("", "")],
)
def test_callers_are_refused_by_the_beginning_of_their_number(
    client, number, editor, prefix, stored
):
    client.force_login(editor.user)
    withheld = {} if prefix else {"withheld": "on"}
    client.post(url("rule_add"), {"kind": "block", "begins": prefix, **withheld})
    rule = ScreeningRule.objects.get()
    assert (rule.prefix, rule.number) == (stored, None)
    caller = f"{stored}1234567" if stored else None
    refused = simulate_number(number, facts(number, MONDAY), caller=caller)
    assert refused["result"] == "hangup"
    client.post(url("rule_remove", rule.pk))
    found = simulate_number(number, facts(number, MONDAY), caller=caller)
    assert found["result"] == "answered"


def test_a_rule_added_twice_is_one(client, number, editor):
    client.force_login(editor.user)
    for _n in range(2):
        client.post(
            url("rule_add"), {"kind": "allow", "begins": "0475", "number": number.pk}
        )
    assert ScreeningRule.objects.get().number == number


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "block", "begins": "somebody"}, "Write the beginning of a number"),
        ({"kind": "block", "begins": ""}, "Say which callers"),
        ({"kind": "allow", "withheld": "on"}, "can only be refused"),
        ({"kind": "block", "begins": "0475", "withheld": "on"}, "Choose one"),
        ({"kind": "block", "begins": "+32"}, "every caller in Belgium"),
        ({"kind": "allow", "begins": "+3"}, "every caller in Belgium"),
        ({"kind": "block", "begins": "+4"}, "callers of many countries"),
        ({"kind": "block", "begins": "+35"}, "callers of many countries"),
        ({"kind": "block", "begins": "+97"}, "callers of many countries"),
        # A national prefix alone; the whole of France is written +33.
        ({"kind": "block", "begins": "+330"}, "Write the beginning of a number"),
        ({"kind": "block", "begins": "+36 06"}, "Write the beginning of a number"),
    ],
)
def test_a_rule_that_says_too_little_or_too_much_is_refused(
    client, number, editor, fields, said
):
    client.force_login(editor.user)
    answer = client.post(url("rule_add"), fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert not ScreeningRule.objects.exists()


@pytest.fixture
def writes(office):
    rule = ScreeningRule.objects.create(
        tenant=office.tenant, kind="block", prefix="+33"
    )
    return [
        url("calendar_add"),
        url("calendar_edit", office.pk),
        url("calendar_delete", office.pk),
        url("announcement_add"),
        url("announcement_edit", "closed"),
        url("announcement_delete", "closed"),
        url("safety_save"),
        url("rule_add"),
        url("rule_remove", rule.pk),
    ]


def test_who_may_not_edit_changes_nothing(client, writes, operator_member):
    client.force_login(operator_member.user)
    assert {client.post(address).status_code for address in writes} == {403}


def test_an_editor_of_some_numbers_changes_nothing_shared(
    client, acme, writes, make_member
):
    narrowed = make_member(acme, "editor", sees_all_numbers=False)
    client.force_login(narrowed.user)
    assert {client.post(address).status_code for address in writes} == {403}


def test_a_stranger_finds_none_of_it(client, office, stranger, writes):
    client.force_login(stranger.user)
    assert client.get(url("calendar_detail", office.pk)).status_code == 404
    for address in writes:
        if "office" not in address and any(c.isdigit() for c in address):
            assert client.post(address).status_code == 404, address
    for name in ("announcement_edit", "announcement_delete"):
        assert client.post(url(name, "closed")).status_code == 404
    for name in ("calendar_list", "announcement_list", "settings"):
        text = client.get(url(name)).content.decode()
        assert "Office" not in text
        assert "Fermé" not in text
        assert "+33<" not in text


@pytest.mark.parametrize("name", ["calendar_list", "announcement_list", "settings"])
def test_everybody_may_look(client, library, viewer, name):
    client.force_login(viewer.user)
    assert client.get(url(name)).status_code == 200


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


def test_who_only_looks_reads_the_safety_destination_as_words(client, office, viewer):
    RoutingSettings.objects.update_or_create(
        tenant=office.tenant, defaults={"safety_destination": MOBILE}
    )
    client.force_login(viewer.user)
    text = client.get(url("settings")).text
    assert "<strong>+32 470 11 22 33</strong>" in text.replace("\xa0", " ")
    assert "safety/" not in text
