"""Administrators read what failed, whatever was listed, and decide about it."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tenants.models import AuditEvent, FailedWork
from tenants.services import failed_work
from tests.support.crossing import Lock, crossed
from tests.support.failed_work import MINUTE, committing, open_work
from vms_portal.kernel.work import failures

pytestmark = pytest.mark.usefixtures("every_task")
LIST = reverse(
    "admin:tenants_failedwork_changelist", urlconf="vms_portal.urls.backoffice"
)
SHAPES = {
    "a number without end": f"[{'1' * 5000}]",
    "a number no row has": f"[{2**63}]",
    "half a number without end": "[1e400]",
    "many floors": "[" * 600 + "]" * 600,
    "no list": '{"a": 1}',
    "a text": '"x"',
    "nothing": "null",
    "long": f'["{"x" * 60_000}"]',
}


@committing
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("role", ["vms_app", "vms_network", "vms_worker"])
def test_whatever_is_listed_the_list_is_read_and_others_are_tried_again(
    staff_client, staff, acting_as, at_once, broken_task, shape, role
):
    broken_task[1]["healed"] = True
    failures.report("tests.broken", [7], "down", repeatable=True)
    with acting_as(role), connection.cursor() as cursor:
        cursor.execute(
            "SELECT report_failed_work('tests.broken', %s::jsonb, 'x', 'infinity', "
            "true)",
            [SHAPES[shape]],
        )
    staff_client.force_login(staff)
    assert staff_client.get(LIST).status_code == 200
    failed_work.retry_due(now=timezone.now() + 2 * MINUTE)
    odd = open_work()
    assert (odd.reported_by, odd.next_try_at) == (role, None)
    assert odd.arguments == [odd.arguments[0][:200]]
    assert timezone.now() - odd.last_at < MINUTE


@committing
@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_before_are_read_too(staff_client, staff, at_once, broken_task, shape):
    """The shape was not looked at then."""
    broken_task[1]["healed"] = True
    for number in (7, 8):
        failures.report("tests.broken", [number], "down", repeatable=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_failedwork SET arguments = %s::jsonb, "
            "last_at = 'infinity', first_at = '-infinity' WHERE arguments = '[7]'",
            [SHAPES[shape]],
        )
    staff_client.force_login(staff)
    assert staff_client.get(LIST).status_code == 200
    failed_work.retry_due(now=timezone.now() + 2 * MINUTE)
    odd = open_work()
    page = staff_client.get(f"{LIST}{odd.pk}/change/")
    assert page.status_code == 200
    act(staff_client, "settle", [odd.pk])


def test_administrators_try_again_and_settle(
    staff_client, staff, at_once, broken_task, django_capture_on_commit_callbacks
):
    failures.report("tests.broken", [3], "ValueError: cannot do 3", repeatable=True)
    failures.report("mail", ["a@b.example", "Hello"], "550", repeatable=False)
    broken_task[1]["healed"] = True
    staff_client.force_login(staff)
    page = staff_client.get(LIST).text
    assert "ValueError: cannot do 3" in page
    assert "Send a mail" in page
    keys = list(FailedWork.objects.values_list("pk", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        act(staff_client, "try_again", keys)
    assert open_work().act == "mail"
    act(staff_client, "settle", keys)
    assert not FailedWork.objects.open().exists()
    acts = AuditEvent.objects.filter(tenant=None).values_list("action", flat=True)
    assert sorted(acts) == ["staff.failed_work_retried", "staff.failed_work_settled"]
    assert "ValueError" not in staff_client.get(LIST).text
    assert "ValueError" in staff_client.get(LIST, {"state": "settled"}).text


def act(staff_client, name: str, keys: list[int]) -> None:
    answer = staff_client.post(
        LIST, {"action": name, "_selected_action": keys, "confirmed": "on"}
    )
    assert answer.status_code == 302


def test_settled_by_somebody_else_meanwhile_is_said(db, staff):
    failures.report("tests.broken", [], "down", repeatable=True)
    work = open_work()
    asked = {"works": [work], "by": staff, "now": timezone.now()}
    assert failed_work.settle(**asked) == [work]
    assert failed_work.settle(**asked) == []
    assert failed_work.retry(**asked) == []


def test_who_settles_what_a_colleague_settled_is_told_which(staff_client, staff):
    failures.report("mail", ["a@b.example", "Hello"], "550", repeatable=False)
    work = open_work()
    failed_work.settle(works=[work], by=staff, now=timezone.now())
    staff_client.force_login(staff)
    sent = {"action": "settle", "_selected_action": [work.pk], "confirmed": "on"}
    told = staff_client.post(LIST, sent, follow=True).text
    assert f"Settled already: “{work}”." in told
    assert "0 settled" not in told


@committing
@pytest.mark.parametrize("service", [failed_work.settle, failed_work.retry])
def test_all_rows_are_locked_before_the_trail(staff, service):
    """Somebody holds the second row and then writes to the trail: both are done."""
    for number in (1, 2, 3):
        failures.report("routing.tasks.compile_plans", [number], "x", repeatable=True)
    first, second, third = FailedWork.objects.order_by("pk")
    # From the first event on the trail has an end to lock.
    failed_work.settle(works=[third], by=staff, now=timezone.now())
    held = Lock("SELECT FROM tenants_failedwork WHERE id = %s FOR UPDATE", [second.pk])
    trail = Lock("SELECT FROM tenants_audithead FOR UPDATE")
    with crossed(held, trail, role="vms_staff") as ended:
        done = service(works=[second, first], by=staff, now=timezone.now())
    assert (done, ended) == ([first, second], [])


def test_only_administrators_see_the_list_and_its_count(staff_client, staff):
    failures.report("tests.broken", [], "down", repeatable=True)
    staff_client.force_login(staff)
    assert "1 task or mail could not be done" in staff_client.get("/").text
    staff.is_superuser = False
    staff.save()
    assert staff_client.get(LIST).status_code == 403
    assert "could not be done" not in staff_client.get("/").text
