"""What could not be done is listed with its reason, and with no secret."""

from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.db import OperationalError as DatabaseError
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from tenants.models import FailedWork
from tenants.services import failed_work, invitations
from tenants.tasks import retry_failed_work
from tenants.words.failed_work import ACTS
from tests.support import refusing_mail
from tests.support.failed_work import MINUTE, committing, open_work
from vms_portal.celery import app
from vms_portal.kernel.mail.delivery import tell
from vms_portal.kernel.work import failures
from vms_portal.kernel.work.queue import after_commit

pytestmark = pytest.mark.usefixtures("every_task")


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
