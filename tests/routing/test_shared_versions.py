"""What numbers share keeps its versions, and any of them can come back."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from routing.decisions.simulation import simulate_number
from routing.models import (
    Announcement,
    Calendar,
    CompiledPlan,
    RoutingSettings,
    ScreeningRule,
    SharedVersion,
)
from routing.services import every_number, restoring
from routing.services import library as service
from tests.routing.conftest import MOBILE, MONDAY, OFFICE, facts, make_live, schedule

OPEN = {**OFFICE, "weekly": {"mon": [["00:00", "24:00"]]}}
FRIDAY = {**OFFICE, "weekly": {"fri": [["08:00", "12:00"]]}}


@pytest.fixture
def office(library):
    return Calendar.objects.get()


def call(number):
    return simulate_number(number, facts(number, MONDAY), caller=None)


def save(calendar, member, definition, name="Office"):
    return service.save_calendar(
        calendar=calendar,
        name=name,
        definition=definition,
        member=member,
        now=MONDAY,
        revision=calendar.revision,
    )


def versions(kind):
    found = SharedVersion.objects.filter(kind=kind).order_by("sequence")
    return [(row.sequence, row.content) for row in found]


def restore(client, version, newest):
    address = reverse("routing:shared_restore", args=[version.pk])
    return client.post(address, {"newest": newest}, follow=True)


def test_the_state_before_the_first_change_is_kept_too(office, editor):
    save(office, editor, OPEN)
    assert versions("calendar") == [
        (1, {"name": "Office", "definition": OFFICE}),
        (2, {"name": "Office", "definition": OPEN}),
    ]
    first, second = SharedVersion.objects.order_by("sequence")
    assert (first.saved_by, first.saved_at) == (None, None)
    assert (second.saved_by, second.saved_at) == (editor.user, MONDAY)


def test_saving_what_is_there_makes_no_version(office, editor):
    office = save(office, editor, OPEN)
    save(office, editor, OPEN)
    assert len(versions("calendar")) == 2


def test_a_calendar_comes_back_as_a_copy_and_calls_follow(
    client, office, number, editor
):
    make_live(number, schedule(MOBILE), editor)
    office = save(office, editor, OPEN)
    save(office, editor, FRIDAY)
    on_friday = CompiledPlan.objects.get().digest
    assert call(number)["result"] == "hangup"
    client.force_login(editor.user)
    page = client.get(reverse("routing:calendar_detail", args=[office.pk]))
    assert [row.version.sequence for row in page.context["kept"]] == [3, 2, 1]
    answer = restore(client, SharedVersion.objects.get(sequence=1), 3)
    assert "Version 1 is back." in answer.content.decode()
    office.refresh_from_db()
    assert office.definition == OFFICE
    assert CompiledPlan.objects.get().digest != on_friday
    assert call(number)["destination"] == MOBILE
    assert versions("calendar")[-1] == (4, {"name": "Office", "definition": OFFICE})


def test_going_back_over_a_change_nobody_looked_at_is_refused(
    client, office, editor, admin
):
    office = save(office, editor, OPEN)
    save(office, admin, FRIDAY)
    client.force_login(editor.user)
    answer = restore(client, SharedVersion.objects.get(sequence=1), 2)
    assert "Somebody changed it meanwhile" in answer.content.decode()
    office.refresh_from_db()
    assert office.definition == FRIDAY


def test_an_announcement_comes_back_with_its_languages(client, library, editor):
    def write(**texts):
        service.save_announcement(
            slug="closed", name="Closed", texts=texts, member=editor, now=MONDAY
        )

    write(fr="", nl="Gesloten.")
    client.force_login(editor.user)
    restore(client, SharedVersion.objects.get(sequence=1), 2)
    spoken = Announcement.objects.values_list("language", "text")
    assert list(spoken) == [("fr", "Fermé.")]


def test_the_safety_destination_comes_back(client, acme, editor):
    for destination in (MOBILE, ""):
        every_number.set_safety_destination(
            destination=destination, member=editor, now=timezone.now()
        )
    client.force_login(editor.user)
    restore(client, SharedVersion.objects.get(sequence=2), 3)
    assert RoutingSettings.objects.get().safety_destination == MOBILE


def test_caller_rules_come_back_together(client, number, editor):
    def add(prefix, number=None):
        return every_number.add_caller_rule(
            kind="block", prefix=prefix, number=number, member=editor, now=MONDAY
        )

    first, _second = add("+3247"), add("+3248", number)
    every_number.remove_caller_rule(rule=first, member=editor, now=MONDAY)
    add("+3249")
    client.force_login(editor.user)
    wanted = SharedVersion.objects.get(sequence=3)
    restore(client, wanted, 5)
    rules = ScreeningRule.objects.order_by("prefix").values_list("prefix", "number")
    assert list(rules) == [("+3247", None), ("+3248", number.pk)]
    assert versions("callers")[-1] == (6, wanted.content)


def test_rules_of_a_number_that_left_do_not_come_back_in_part(
    number, second, editor, globex
):
    every_number.add_caller_rule(
        kind="block", prefix="+3247", number=second, member=editor, now=MONDAY
    )
    version = SharedVersion.objects.get(sequence=2)
    version.content["rules"][0]["number"] = "+3225509999"
    with pytest.raises(restoring.GoneSince):
        restoring.restore(version=version, newest=2, member=editor, now=MONDAY)
    assert ScreeningRule.objects.count() == 1


def test_a_new_calendar_does_not_continue_the_history_of_a_deleted_one(office, editor):
    office = save(office, editor, OPEN)
    service.delete_calendar(calendar=office, member=editor, now=MONDAY)
    made = service.save_calendar(
        calendar=None, name="Office", definition=OFFICE, member=editor, now=MONDAY
    )
    assert made.slug == "office-2"


def test_versions_never_change(office, editor):
    save(office, editor, OPEN)
    for statement in (
        "UPDATE routing_sharedversion SET content = '{}'",
        "DELETE FROM routing_sharedversion",
    ):
        with (
            pytest.raises(DatabaseError, match="its rows never change"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_viewer_sees_the_versions_and_cannot_go_back(client, office, editor, viewer):
    save(office, editor, OPEN)
    client.force_login(viewer.user)
    page = client.get(reverse("routing:calendar_detail", args=[office.pk]))
    text = page.content.decode()
    assert "Version 2" in text
    assert "Undo the last change" not in text
    answer = restore(client, SharedVersion.objects.get(sequence=1), 2)
    assert answer.status_code == 403


def test_the_week_to_come_is_shown_without_saving(client, office, number, editor):
    make_live(number, schedule(MOBILE), editor)
    client.force_login(editor.user)
    address = reverse("routing:calendar_edit", args=[office.pk])
    data = {"name": "Office", "mode": "auto", "tue": "17:00-08:00", "revision": 1}
    answer = client.post(address, {**data, "act": "preview"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Tuesday: open overnight, 17:00 to Wed 08:00." in text
    assert "Calls of 1 number follow it at once." in text
    office.refresh_from_db()
    assert office.revision == 1
    told = client.post(address, data, follow=True).content.decode()
    assert "Saved. Calls of 1 number follow it from now on." in told
    assert "Tuesday: open overnight" in told


def expected_in(text: str) -> str:
    (value,) = re.findall(r'name="expected" value="(\w+)"', text)
    return str(value)


def test_the_second_to_save_an_announcement_is_told(client, library, editor):
    client.force_login(editor.user)
    page = reverse("routing:announcement_edit", args=["closed"])
    read = expected_in(client.get(page).text)
    client.post(page, {"name": "Closed", "text-nl": "Dicht.", "expected": read})
    mine = {"name": "Closed", "text-fr": "Fermé, rappelez demain."}
    answer = client.post(page, {**mine, "expected": read})
    assert answer.status_code == 409
    assert "Somebody saved this announcement" in answer.text
    assert "rappelez demain" in answer.text
    assert Announcement.objects.get().text == "Dicht."
    again = {**mine, "expected": expected_in(answer.text)}
    assert client.post(page, again).status_code == 302
    assert Announcement.objects.get().language == "fr"


def test_the_second_to_change_the_safety_destination_is_told(client, number, editor):
    client.force_login(editor.user)
    page, save = reverse("routing:settings"), reverse("routing:safety_save")
    read = expected_in(client.get(page).text)
    client.post(save, {"other": "0470 11 22 33", "expected": read})
    answer = client.post(save, {"to": "", "other": "", "expected": read})
    assert answer.status_code == 409
    assert "Somebody changed the safety destination" in answer.text
    assert RoutingSettings.objects.get().safety_destination == MOBILE


def test_saving_says_that_callers_hear_it_only_where_they_do(client, library, editor):
    client.force_login(editor.user)
    page = reverse("routing:announcement_edit", args=["closed"])
    answer = client.post(page, {"name": "Closed", "text-fr": "Fermé."}, follow=True)
    assert "Saved. No number uses it yet." in answer.text
