"""Staff find quarantined records in the back office and decide about them."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from tenants.models import User
from tests.support.crossing import Lock, crossed
from tests.support.deliveries import load, row
from tests.support.quarantine import as_worker
from traffic.models import CallRecord, QuarantinedRecord
from traffic.services import quarantine

URL = "/traffic/quarantinedrecord/"
# The back office ---------------------------------------------------------------


@pytest.fixture
def queued(monkeypatch):
    found: list[tuple] = []
    monkeypatch.setattr(
        "traffic.services.quarantine.enqueue_after_commit",
        lambda *task: found.append(task),
    )
    return found


def filled(record, **changes):
    return {
        "ringing_at": "",
        "legs": "",
        "why": "",
        **record.content,
        "seen": json.dumps(record.content),
        **changes,
    }


def test_staff_find_correct_and_count_a_record(aside, staff, staff_client, queued):
    (record,) = aside({"outcome": "loop"})
    staff_client.force_login(staff)
    listed = staff_client.get(f"{URL}?state__exact=open&reason__exact=malformed")
    assert "edge-1" in listed.content.decode()
    page = staff_client.get(f"{URL}{record.pk}/change/")
    assert 'value="loop"' in page.content.decode()

    data = filled(record, outcome="busy", decision="release", why="old code")
    answer = staff_client.post(f"{URL}{record.pk}/change/", data)

    assert answer.status_code == 302
    record.refresh_from_db()
    assert record.content["outcome"] == "busy"
    task = "traffic.tasks.release_quarantined"
    assert queued == [(task, record.pk, staff.pk, "old code")]


def test_staff_see_a_torn_line_and_count_it(
    customers, tmp_path, staff, staff_client, queued
):
    file = tmp_path / "cut.csv"
    names, values = ",".join(row()), ",".join(row().values())
    file.write_text(f"{names}\n{values.removesuffix(',line,1')}")
    load(file)
    record = QuarantinedRecord.objects.get()
    staff_client.force_login(staff)
    page = staff_client.get(f"{URL}{record.pk}/change/")
    assert values.removesuffix(",line,1") in page.text

    asked = {
        "action": "count_selected",
        "_selected_action": [record.pk],
        "confirmed": "on",
    }
    told = staff_client.post(URL, asked, follow=True)
    assert "1 call cannot be counted." in told.text

    data = filled(record, destination="line", decision="release", why="cut off")
    assert staff_client.post(f"{URL}{record.pk}/change/", data).status_code == 302
    record.refresh_from_db()
    assert record.content["destination"] == "line"
    assert "line" not in record.content
    assert len(queued) == 1


def test_staff_are_told_what_is_still_wrong(aside, staff, staff_client, queued):
    (record,) = aside({"outcome": "loop"})
    staff_client.force_login(staff)
    data = filled(record, decision="release")
    answer = staff_client.post(f"{URL}{record.pk}/change/", data)
    assert "cannot be counted like this: Malformed" in answer.content.decode()
    no_reason = filled(record, decision="dismiss")
    answer = staff_client.post(f"{URL}{record.pk}/change/", no_reason)
    assert "Say why" in answer.content.decode()
    assert not queued


def test_staff_dismiss_a_record_and_then_only_read_it(aside, staff, staff_client):
    (record,) = aside({"outcome": "loop"})
    staff_client.force_login(staff)
    data = filled(record, decision="dismiss", why="a test of the edge")
    asked = staff_client.post(f"{URL}{record.pk}/change/", data).text
    assert "is not billed" in asked
    assert "Reason: a test of the edge" in asked
    record.refresh_from_db()
    assert record.state == "open"
    data["confirmed"] = "on"
    staff_client.post(f"{URL}{record.pk}/change/", data)

    page = staff_client.get(f"{URL}{record.pk}/change/").content.decode()

    assert "a test of the edge" in page
    assert "<b>Outcome</b> loop" in page
    assert 'name="decision"' not in page
    again = staff_client.post(f"{URL}{record.pk}/change/", data)
    assert again.status_code == 403


ODD = {
    "source": "edge\u202e1",
    "call_id": "one\u200b",
    "called": "+3225501200\u200b",
}


def test_what_nobody_sees_is_shown_by_its_code(aside, staff, staff_client):
    """A direction mark makes one call look like another, in lists and filters."""
    (record,) = aside(ODD)
    staff_client.force_login(staff)
    listed = staff_client.get(URL).text
    assert "\u202e" not in listed
    assert "\u200b" not in listed
    for told in ("edge‹U+202E›1", "one‹U+200B›", "+32 2 550 12 00‹U+200B›"):
        assert told in listed
    assert QuarantinedRecord.objects.get().source == ODD["source"]
    QuarantinedRecord.objects.update(state="dismissed")
    page = staff_client.get(f"{URL}{record.pk}/change/").text
    assert "<b>Recorded by</b> edge‹U+202E›1" in page
    assert "\u202e" not in page


def test_one_that_was_stored_with_such_a_name_stays_known(customers, write):
    odd = {name: ODD[name] for name in ("source", "call_id")}
    load(write(row(**odd)))
    assert "1 known" in load(write(row(), row(**odd)))
    call = CallRecord.objects.get(call_id=odd["call_id"])
    assert call.source == odd["source"]


def test_the_second_of_two_people_is_told(aside, staff, staff_client):
    (record,) = aside({"outcome": "loop"})
    staff_client.force_login(staff)
    data = filled(record, decision="correct", outcome="busy")
    staff_client.post(f"{URL}{record.pk}/change/", data, follow=True)
    late = filled(record, decision="correct", outcome="failed")
    answer = staff_client.post(f"{URL}{record.pk}/change/", late, follow=True)
    assert "Somebody else changed this record first" in answer.text
    assert "was changed successfully" not in answer.text
    assert answer.context["adminform"].form["outcome"].value() == "failed"
    record.refresh_from_db()
    assert record.content["outcome"] == "busy"


@pytest.mark.django_db(transaction=True)
def test_who_was_slower_than_a_decision_reads_it(aside, staff, staff_client):
    """It was open when the form was checked, and decided when it was to be saved."""
    (record,) = aside({"outcome": "loop"})
    staff_client.force_login(staff)
    decided = "UPDATE traffic_quarantinedrecord SET state = 'dismissed' WHERE id = %s"
    sent = filled(record, decision="correct", outcome="busy")
    with crossed(Lock(decided, [record.pk]), Lock("COMMIT"), role="vms_staff"):
        answer = staff_client.post(f"{URL}{record.pk}/change/", sent, follow=True)
    assert "Somebody else changed this record first" in answer.text
    assert "was changed successfully" not in answer.text
    record.refresh_from_db()
    assert record.content["outcome"] == "loop"


def test_several_can_be_counted_at_once(aside, staff, staff_client, queued):
    records = aside({"called": "+3225509999"}, {"call_id": "two", "outcome": "loop"})
    good = records[0]
    QuarantinedRecord.objects.filter(pk=good.pk).update(
        content={**good.content, "called": "+3225501200"}
    )
    staff_client.force_login(staff)
    answer = staff_client.post(
        URL,
        {
            "action": "count_selected",
            "_selected_action": [r.pk for r in records],
            "confirmed": "on",
        },
        follow=True,
    )
    assert "1 call is being counted." in answer.text
    assert "1 call cannot be counted." in answer.text
    assert "already" not in answer.text
    assert [task[1] for task in queued] == [good.pk]


def test_calls_that_a_colleague_decided_about_before_are_said(
    aside, staff, staff_client, queued
):
    records = aside({"outcome": "loop"}, {"call_id": "two", "outcome": "loop"})
    for record in records:
        quarantine.dismiss(record=record.pk, by=staff, note="x", now=timezone.now())
    keys = [record.pk for record in records]
    staff_client.force_login(staff)
    sent = {"action": "count_selected", "_selected_action": keys, "confirmed": "on"}
    for query in ("", "?state__exact=open"):
        told = staff_client.post(f"{URL}{query}", sent, follow=True).text
        assert "2 calls were counted or set aside already." in told
        assert "0 calls" not in told
    assert queued == []


def test_several_are_locked_in_the_order_of_their_keys(
    aside, staff, staff_client, queued
):
    """The list shows the latest first; the worker locks the earliest first."""
    records = aside(*({"call_id": name, "caller": "=1"} for name in "abc"))
    for record in records:
        QuarantinedRecord.objects.filter(pk=record.pk).update(
            content={**record.content, "caller": ""}
        )
    keys = [record.pk for record in records]
    staff_client.force_login(staff)
    sent = {"action": "count_selected", "_selected_action": keys, "confirmed": "on"}
    staff_client.post(URL, sent)
    assert [task[1] for task in queued] == keys


@pytest.mark.parametrize("name", ["period", "ingestbatch"])
def test_months_and_deliveries_are_only_read(aside, staff, staff_client, name):
    aside({})
    staff_client.force_login(staff)
    assert staff_client.get(f"/traffic/{name}/").status_code == 200
    assert staff_client.get(f"/traffic/{name}/add/").status_code == 403


def test_calls_are_not_in_the_back_office(staff, staff_client):
    staff_client.force_login(staff)
    assert staff_client.get("/traffic/callrecord/").status_code == 404


def test_staff_without_the_right_are_refused(aside, staff_client):
    (record,) = aside({"outcome": "loop"})
    person = User.objects.create_user("sam@operator.example", is_staff=True)
    staff_client.force_login(person)
    assert staff_client.get(URL).status_code == 403
    assert staff_client.get(f"{URL}{record.pk}/change/").status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        "[1]",
        "7",
        '"x"',
        "null",
        '{"called": 7, "started_at": [1]}',
        '{"line": {"a": 1}}',
        '{"called": ' + "1" * 5000 + "}",
        "[" * 900 + "]" * 900,
    ],
)
def test_whatever_the_network_set_aside_staff_read_the_list_and_decide(
    aside, acting_as, by, staff_client, content
):
    odd, other = aside({"caller": "=1+1"}, {"call_id": "other", "caller": "=1+1"})
    with acting_as("vms_network"), connection.cursor() as cursor:
        change = "UPDATE traffic_quarantinedrecord SET content = %s WHERE id = %s"
        cursor.execute(change, [content, odd.pk])
        cursor.execute("UPDATE traffic_ingestbatch SET answer = %s", [content])
        cursor.execute(
            "INSERT INTO traffic_ingestbatch (key, sha256, received_at, answer) "
            "VALUES ('odd', 'odd', 'infinity', %s)",
            [content],
        )
    staff_client.force_login(by)
    for page in (URL, f"{URL}{odd.pk}/change/", "/traffic/ingestbatch/", "/"):
        assert staff_client.get(page).status_code == 200
    ask = {
        "action": "count_selected",
        "_selected_action": [odd.pk, other.pk],
        "confirmed": "on",
    }
    assert staff_client.post(URL, ask).status_code == 302
    with pytest.raises(quarantine.StillRefused):
        as_worker(acting_as, quarantine.release, record=odd.pk, by=by, note="")
    odd.refresh_from_db()
    seen = json.dumps(odd.content or {})
    form = {"decision": "dismiss", "why": "No call", "seen": seen, "confirmed": "on"}
    answer = staff_client.post(f"{URL}{odd.pk}/change/", form)
    assert answer.status_code == 302
    odd.refresh_from_db()
    assert odd.state == "dismissed"
