"""What could not be done is listed with its reason, tried again, and settled."""

import datetime as dt
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.db import OperationalError as DatabaseError
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from routing import tasks as routing_tasks
from routing.models import CompiledPlan
from tenants.models import AuditEvent, FailedWork
from tenants.services import failed_work, invitations
from tenants.tasks import retry_failed_work
from tenants.words.failed_work import ACTS
from tests.support import refusing_mail
from tests.support.crossing import Lock, crossed
from vms_portal.celery import app
from vms_portal.kernel.mail.delivery import tell
from vms_portal.kernel.work import failures
from vms_portal.kernel.work.queue import after_commit, enqueue_after_commit
from vms_portal.queues import WORKERS

MINUTE = dt.timedelta(minutes=1)
LIST = reverse(
    "admin:tenants_failedwork_changelist", urlconf="vms_portal.urls.backoffice"
)
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True, scope="module")
def every_task() -> None:
    """A worker knows them all, whichever test came before."""
    app.loader.import_default_modules()


@pytest.fixture
def broken_task():
    """A task that fails while its ``healed`` is false."""
    state = {"healed": False}

    @app.task(name="tests.broken")
    def work(number: int) -> None:
        if not state["healed"]:
            raise ValueError(f"cannot do {number}")

    yield work, state
    app.tasks.pop("tests.broken")


def open_work() -> Any:
    return FailedWork.objects.open().get()


@committing
def test_an_act_that_fails_after_the_commit_is_listed_by_the_portal(acting_as, acme):
    def tell_the_moon(tenant, secret):
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    with acting_as("vms_app", tenant=acme.pk), transaction.atomic():
        after_commit(tell_the_moon, acme, "join_secret")
    work = open_work()
    assert work.act.endswith("tell_the_moon")
    assert work.arguments == [f"tenants.Tenant {acme.pk}"]
    assert work.reason == "SMTPServerDisconnected: Connection unexpectedly closed"
    assert work.next_try_at is None
    assert "join_secret" not in f"{work.arguments} {work.reason}"


@committing
@pytest.mark.parametrize("role", ["vms_app", "vms_network"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT reason FROM tenants_failedwork",
        "DELETE FROM tenants_failedwork",
        "UPDATE tenants_failedwork SET settled_at = now()",
        "INSERT INTO tenants_failedwork (act) VALUES ('x')",
    ],
)
def test_who_serves_customers_adds_to_the_list_and_no_more(acting_as, role, statement):
    with acting_as(role):
        failures.report("mail", ["gone@acme.example"], "550", repeatable=False)
        with pytest.raises(ProgrammingError, match="denied"), transaction.atomic():
            connection.cursor().execute(statement)
    assert open_work().reason == "550"


@committing
def test_the_network_hands_the_worker_no_task_by_the_list(acting_as):
    """It may not queue any; the portal, which may, has its own tried again."""
    work = ("routing.tasks.push_plans", [1, [1]], "x")
    for role in ("vms_app", "vms_network", "vms_network"):
        with acting_as(role):
            failures.report(*work, repeatable=True)
    rows: list[Any] = list(FailedWork.objects.order_by("pk").values())
    portals, networks = rows
    assert (networks["attempts"], networks["next_try_at"]) == (2, None)
    assert portals["attempts"] == 1
    assert portals["next_try_at"] - portals["last_at"] == MINUTE


@committing
@pytest.mark.parametrize("role", ["vms_app", "vms_staff"])
def test_nobody_has_tried_again_what_it_may_not_ask(acting_as, at_once, staff, role):
    """The worker would run it with its own rights: billing, or letting calls count."""
    with acting_as(role):
        failures.report(
            "billing.tasks.bill_customers", ["x", [1]], "x", repeatable=True
        )
    work = open_work()
    assert failed_work.retry(works=[work], by=staff, now=timezone.now()) == []
    retry_failed_work(work.pk)
    failed_work.retry_due(now=work.next_try_at)
    work.refresh_from_db()
    assert (work.attempts, work.next_try_at, work.settled_at) == (1, None, None)


@committing
def test_the_same_reported_by_the_worker_is_tried_again(acting_as, at_once):
    """The control; it fails once more."""
    for role in ("vms_app", "vms_worker"):
        with acting_as(role):
            failures.report(
                "billing.tasks.bill_customers", ["x", [1]], "", repeatable=True
            )
    workers = FailedWork.objects.get(reported_by="vms_worker")
    assert workers.next_try_at is not None
    assert failed_work.retry_due(now=workers.next_try_at) == 2
    workers.refresh_from_db()
    assert workers.attempts == 2
    assert FailedWork.objects.get(reported_by="vms_app").attempts == 1


@committing
def test_the_back_office_does_not_rewrite_what_was_reported(acting_as):
    failures.report("tests.broken", [1], "down", repeatable=True)
    change = "UPDATE tenants_failedwork SET act = 'billing.tasks.bill_customers'"
    with acting_as("vms_staff"), pytest.raises(ProgrammingError, match="denied"):
        connection.cursor().execute(change)


@committing
@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("Li\0ège", "a\0b"),
        ("\ud83d", "\ud83d"),
        ("x", "\ud83d" * 5000),
        ("\\u0000\0\0", "x"),
    ],
)
def test_whatever_the_words_of_a_failure_it_is_listed(argument, reason):
    failures.report("mail", [argument, {"to": argument}], reason, repeatable=False)
    assert open_work().act == "mail"


@committing
def test_the_list_holds_no_secret_of_a_link():
    reason = "NoReverseMatch: '/invitations/join_s3cret/' is no address"
    failures.report("mail", [], reason, repeatable=False)
    assert open_work().reason == (
        "NoReverseMatch: '/invitations/<secret>/' is no address"
    )


@committing
def test_a_task_that_was_not_queued_is_queued_when_the_queue_is_back(
    monkeypatch, at_once, acme, number
):
    def fail(*arguments):
        raise OperationalError("Connection refused")

    with monkeypatch.context() as dead:
        dead.setattr(routing_tasks.compile_plans, "delay", fail)
        with transaction.atomic():
            enqueue_after_commit("routing.tasks.compile_plans", acme.pk)
    work = open_work()
    assert (work.act, work.arguments) == ("routing.tasks.compile_plans", [acme.pk])
    assert failed_work.retry_due(now=work.next_try_at - MINUTE) == 0
    assert not CompiledPlan.objects.exists()
    assert failed_work.retry_due(now=work.next_try_at) == 1
    assert CompiledPlan.objects.get().number == number
    work.refresh_from_db()
    assert work.settled_at is not None
    assert failed_work.retry_due(now=timezone.now() + 100 * MINUTE) == 0


@committing
def test_a_task_that_gives_up_is_listed_until_it_works(broken_task, at_once):
    task, state = broken_task
    task.apply([7])
    first = open_work()
    assert (first.act, first.arguments) == ("tests.broken", [7])
    assert first.reason == "ValueError: cannot do 7"
    failed_work.retry_due(now=first.next_try_at)
    again = open_work()
    assert again.attempts == 2
    assert again.next_try_at - again.last_at == 2 * MINUTE
    state["healed"] = True
    task.apply([8])
    assert open_work() == first
    FailedWork.objects.update(next_try_at=timezone.now())
    retry_failed_work()
    assert not FailedWork.objects.open().exists()


@committing
@pytest.mark.parametrize("change", [{"act": "mail"}, {"arguments": [8]}])
@pytest.mark.parametrize("healed", [True, False])
def test_a_task_settles_and_counts_on_no_row_of_other_work(
    broken_task, acting_as, change, healed
):
    task, state = broken_task
    state["healed"] = healed
    with acting_as("vms_staff"):
        failures.report("tests.broken", [7], "down", repeatable=True)
    row = open_work()
    FailedWork.objects.update(**change)
    task.apply([7], headers={failures.HEADER: str(row.pk)})
    row.refresh_from_db()
    assert (row.attempts, row.reason, row.settled_at) == (1, "down", None)


@committing
@pytest.mark.parametrize("healed", [True, False])
def test_a_task_settles_or_counts_on_the_row_of_its_own(broken_task, acting_as, healed):
    """The control."""
    task, state = broken_task
    state["healed"] = healed
    with acting_as("vms_staff"):
        failures.report("tests.broken", [7], "down", repeatable=True)
    row = open_work()
    task.apply([7], headers={failures.HEADER: str(row.pk)})
    row.refresh_from_db()
    assert (row.attempts == 2, row.settled_at is not None) == (not healed, healed)
    assert FailedWork.objects.count() == 1


@committing
@pytest.mark.parametrize("arguments", [[[[[1]]]], [{"to": 1}], [2**63]])
def test_what_no_task_takes_is_not_queued_again(at_once, broken_task, arguments):
    failures.report("tests.broken", [1], "down", repeatable=True)
    FailedWork.objects.update(arguments=arguments)
    failed_work.retry_due(now=timezone.now() + 2 * MINUTE)
    assert (open_work().attempts, open_work().next_try_at) == (1, None)


@committing
def test_what_is_tried_again_is_queued_where_none_but_workers_write(monkeypatch, acme):
    failures.report("routing.tasks.push_plans", [acme.pk, [1]], "x", repeatable=True)
    queued: list[Any] = []
    monkeypatch.setattr(
        routing_tasks.push_plans,
        "apply_async",
        lambda args, **options: queued.append((args, options)),
    )
    failed_work.retry_due(now=timezone.now() + 2 * MINUTE)
    headers = {failures.HEADER: str(open_work().pk)}
    assert queued == [([acme.pk, [1]], {"headers": headers, "queue": WORKERS})]


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


@committing
def test_however_much_one_process_lists_the_others_have_theirs_tried_again(
    acting_as, at_once, broken_task, monkeypatch
):
    monkeypatch.setattr(failed_work, "AT_ONCE", 2)
    broken_task[1]["healed"] = True
    failures.report("tests.broken", [7], "down", repeatable=True)
    with acting_as("vms_app"):
        for number in range(20, 24):
            failures.report(
                "routing.tasks.compile_plans", [number], "x", repeatable=True
            )
    assert failed_work.retry_due(now=timezone.now() + 2 * MINUTE) == 3
    assert FailedWork.objects.get(act="tests.broken").settled_at is not None


def test_waiting_grows_to_six_hours_and_no_longer(db):
    for _time in range(14):
        failures.report("tests.broken", [], "down", repeatable=True)
    work = open_work()
    assert work.attempts == 14
    assert work.next_try_at - work.last_at == dt.timedelta(hours=6)


def test_what_failed_too_often_waits_for_a_person(db, at_once, broken_task):
    failures.report("tests.broken", [1], "down", repeatable=True)
    FailedWork.objects.update(attempts=failed_work.MOST_ATTEMPTS)
    assert failed_work.retry_due(now=timezone.now() + 100 * MINUTE) == 0


def test_an_address_the_mail_server_refuses_is_listed(db, settings):
    settings.EMAIL_BACKEND = refusing_mail.BACKEND
    tell(refusing_mail.GONE, "The diversion has ended", "text")
    work = open_work()
    assert work.arguments == [refusing_mail.GONE, "The diversion has ended"]
    assert "550" in work.reason


def test_a_report_without_a_database_does_not_hide_the_failure(db, caplog):
    with connection.execute_wrapper(_gone):
        failures.report("tests.broken", [], "down", repeatable=True)
    assert "failed work could not be listed" in caplog.text


def _gone(execute, sql, params, many, context):
    if "report_failed_work" in sql:
        raise DatabaseError("the server closed the connection")
    return execute(sql, params, many, context)


@committing
def test_an_invitation_whose_mail_failed_is_listed_without_its_secret(
    settings, admin, acting_as
):
    settings.EMAIL_BACKEND = refusing_mail.BACKEND
    with acting_as("vms_app", tenant=admin.tenant_id, user=admin.user_id):
        invitations.invite(
            by=admin, email=refusing_mail.GONE, role="viewer", now=timezone.now()
        )
    work = open_work()
    assert "join_" not in f"{work.arguments} {work.reason}"


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


def test_every_task_has_its_words():
    app.loader.import_default_modules()
    ours = {
        name for name in app.tasks if name.partition(".")[0] not in {"celery", "tests"}
    }
    assert len(ours) > 15
    assert ours - set(ACTS) == set()


def test_settled_rows_are_forgotten_after_half_a_year(db):
    failures.report("tests.broken", [], "down", repeatable=True)
    now = timezone.now()
    FailedWork.objects.update(settled_at=now - failed_work.SETTLED_LIVES - MINUTE)
    failures.report("tests.broken", [], "down", repeatable=True)
    assert failed_work.forget_settled(now=now) == 1
    assert open_work().attempts == 1
