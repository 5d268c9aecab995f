"""Whoever takes a process over may ask for its tasks, with any arguments, at any time.

Each looks into the database for what is due: asked for early, again or with another's
keys, it changes no row, sends no mail and puts no other plan in place.
"""

import datetime as dt
from contextlib import suppress
from inspect import signature
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from billing.models import CustomerMonth, Invoice
from billing.services import closing, summaries
from billing.tasks import bill_customers, render_invoice, render_summary
from numbers.models import GeographicNumber
from routing.models import Override
from routing.services.compiling import compile_customer
from tenants.models import Notice, Tenant, User
from tenants.services.notices import tell_administrators
from tenants.services.warning_mail import WORDS
from tests.support.deliveries import load, row
from tests.support.october import NOW, OCTOBER
from traffic.models import QuarantinedRecord
from vms_portal.celery import app
from vms_portal.kernel.work import failures
from vms_portal.queues import SENT_BY

app.loader.import_default_modules()
SENT = sorted(SENT_BY["portal"] | SENT_BY["backoffice"])
SEPTEMBER = dt.date(2026, 9, 1)
# Keys of everything and of nothing.
KEYS = [*range(-1, 25), 2**63 - 1, 2**70, None, "x", "'; --", [1], {"pk": 1}]
MONTHS = ["2026-09-01", "2026-11-01", "2026-12-01", "9999-12-01", "0001-01-01", "x", ""]


def table_rows() -> dict[str, str]:
    """A digest of what each table holds, but for the list of failed work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT "
            "relispartition AND relnamespace = 'public'::regnamespace AND "
            "has_table_privilege(oid, 'SELECT') AND relname <> 'tenants_failedwork'"
        )
        tables = [name for (name,) in cursor]
        assert len(tables) > 50
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
            )
            (found[table],) = cursor.fetchone()
    return found


@pytest.fixture
def busy(october, files, make_draft, write, admin, stranger, staff, link, acme):
    """Something in every state that a task looks for, and all that was due done."""
    now = timezone.now()
    asked, unsent = make_draft("C-SENT"), make_draft("C-READY")
    call_command("close_month", "2026-10", now=NOW, verbosity=0)
    for invoice in Invoice.objects.all():
        render_invoice(invoice.pk)
    for contract in (asked, unsent):
        summary = summaries.draw_up(contract=contract, actor=staff, now=NOW)
        render_summary(summary.pk)
        summary.refresh_from_db()
        if contract is asked:
            summaries.send(summary=summary, actor=staff, now=NOW)
    load(write(row(outcome="loop")))
    load(write(row(call_id="two")))
    tell_administrators(
        "contract.started",
        tenant=acme,
        about=asked.pk,
        now=now,
        detail={"day": "2026-10-01"},
    )
    Notice.objects.update(sent_at=now)
    # Nobody waits for the link to choose a first password.
    User.objects.update(password=make_password("tulips in the rain"))
    number = GeographicNumber.objects.filter(tenant=acme).order_by("pk")[0]
    Override.objects.create(
        tenant=acme,
        number=number,
        destination="+32475123456",
        created_by=admin.user,
        starts_at=now,
        until=now + dt.timedelta(days=1),
    )
    for tenant in Tenant.objects.all():
        compile_customer(tenant, now=now)
    act = "billing.tasks.continue_close"
    failures.report(act, ["2026-11-01"], "x", repeatable=True)
    mail.outbox.clear()


def hostile(task: str) -> list[list[Any]]:
    """The arguments to try with a task, by how many it takes."""
    match task.rpartition(".")[2]:
        case "continue_close":
            return [[month] for month in [*MONTHS, "2026-10-01"]]
        case "push_plans":
            return [[key, [*range(25), 10**12]] for key in KEYS]
        case "tell_expired":
            return [[tenant, key] for tenant in KEYS[:12] for key in KEYS]
        case "send_password_reset":
            return [
                ["admin@acme.example", "backoffice"],
                ["staff@x.example", "portal"],
                ["nobody@x.example", "portal"],
                ["", ""],
            ]
        case "send_security_mail":
            about = ["192.0.2.7", "", "2026-10-01T00:00:00+00:00"]
            told = "account/email/password_changed"
            return [[key, "account/email/welcome", *about] for key in KEYS] + [
                [10**12, told, *about],
                [-1, told, *about],
            ]
        case "send_warning_mail":
            return [
                [key, of, address, detail]
                for key in KEYS
                for of in (*WORDS, "invented")
                for address in ("", "thief@x.example")
                for detail in ("", "1,2,3", "Call +32 900 12 345")
            ]
        case "release_quarantined":
            return [[key, by, "x"] for key in KEYS[:12] for by in KEYS]
    return [[key] for key in KEYS]


@pytest.mark.parametrize("task", SENT)
def test_a_task_nobody_asked_for_does_nothing_that_was_not_due(
    busy, staff, task, django_capture_on_commit_callbacks
):
    # Staff may let a record count; whoever is none of them may not.
    User.objects.filter(pk=staff.pk).update(is_staff=False)
    before, mails = table_rows(), len(mail.outbox)
    for arguments in hostile(task):
        # Arguments it has no place for would do nothing either.
        signature(app.tasks[task].run).bind(*arguments)
        with suppress(Exception), django_capture_on_commit_callbacks():
            app.tasks[task](*arguments)
    after = table_rows()
    assert {name for name in after if after[name] != before[name]} == set()
    assert len(mail.outbox) == mails


def test_a_chunk_of_two_months_bills_the_one_it_names(october, files):
    """Whoever names rows of another month would bill its usage as this one's."""
    closing.start_close(month=OCTOBER, now=NOW)
    closing.freeze_usage(month=OCTOBER, tenants=closing.missing_tenants(OCTOBER))
    frozen = CustomerMonth.objects.get(tenant__reference="ACME")
    other = CustomerMonth.objects.create(
        tenant=frozen.tenant, month=SEPTEMBER, usage=frozen.usage
    )
    ids = list(CustomerMonth.objects.order_by("-month").values_list("pk", flat=True))

    bill_customers("2026-10-01", ids[::-1])

    other.refresh_from_db()
    assert other.state == "pending"
    assert set(Invoice.objects.values_list("month", flat=True)) == {OCTOBER}
    states = CustomerMonth.objects.filter(month=OCTOBER).values_list("state", flat=True)
    assert set(states) == {"issued"}


def test_staff_only_let_a_record_count(busy, admin, stranger, staff):
    """The trail names who asked."""
    record = QuarantinedRecord.objects.filter(state="open").order_by("pk")[0]
    task = app.tasks["traffic.tasks.release_quarantined"]
    for person in (admin.user, stranger.user):
        with pytest.raises(User.DoesNotExist):
            task(record.pk, person.pk, "x")
