"""A mailbox that takes voicemail is a destination like any other."""

from importlib import import_module

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import connection, transaction
from django.urls import reverse

from numbers.models import DestinationPolicy
from routing import tasks
from routing.models import KnownDestination, PlanVersion
from routing.selectors import offered_destinations
from routing.services import plans
from routing.services.destinations import DailyCapReached
from tenants.models import AuditEvent
from tests.routing.conftest import MONDAY, facts, make_live
from tests.support.mails import send_due

PASSWORD = "a-long-enough-secret"


def voicemail(mailbox):
    step = {"type": "voicemail", "announcement": "closed", "mailbox": mailbox}
    return {"schema": 1, "entry": "vm", "nodes": {"vm": step}}


def test_a_new_mailbox_is_recorded_and_told_once(
    number, second, editor, admin, library
):
    make_live(number, voicemail("Desk@Acme.example"), editor)
    make_live(second, voicemail("desk@acme.example"), editor)
    tasks.announce_destinations(number.tenant_id)
    send_due()

    assert KnownDestination.objects.get().e164 == "desk@acme.example"
    assert AuditEvent.objects.filter(action="destination.added").count() == 1
    (message,) = mail.outbox
    assert message.to == [admin.user.email]
    assert "desk@acme.example" in message.subject


def test_mailboxes_count_against_the_cap(number, editor, library, acme):
    DestinationPolicy.objects.create(tenant=acme, daily_cap=1)
    make_live(number, voicemail("desk@acme.example"), editor)
    with pytest.raises(DailyCapReached):
        make_live(number, voicemail("desk@evil.example"), editor)


def test_an_old_sign_in_is_asked_again_before_a_new_mailbox(
    client, number, editor, library
):
    draft = plans.open_draft(number=number, member=editor)
    draft = plans.save_draft(
        draft=draft,
        document=voicemail("desk@evil.example"),
        revision=draft.revision,
        member=editor,
    )
    editor.user.password = make_password(PASSWORD)
    editor.user.save()
    client.force_login(editor.user)
    asked = client.post(
        reverse("routing:publish", args=[number.pk]),
        {"draft": draft.pk, "revision": draft.revision},
    )
    assert "reauthenticate" in asked["Location"]
    live = PlanVersion.objects.filter(state=PlanVersion.State.LIVE)
    assert not live.exists()
    client.post(asked["Location"], {"password": PASSWORD})
    assert live.exists()


@pytest.mark.django_db(transaction=True)
def test_mailboxes_of_plans_in_force_were_known_before(
    number, second, editor, library, acting_as
):
    make_live(number, voicemail("Desk@acme.example"), editor)
    make_live(second, voicemail("desk@acme.example"), editor)
    KnownDestination.objects.all().delete()
    migration = import_module("routing.migrations.0007_mailboxes_are_destinations")
    for statement in (migration.KNOWN, migration.FORGOTTEN, migration.KNOWN):
        with (
            transaction.atomic(),
            acting_as("vms_owner"),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    known = KnownDestination.objects.get()
    assert (known.e164, known.added_by) == ("desk@acme.example", editor.user)
    assert known.announced_at is not None


def test_a_known_mailbox_is_offered_to_no_diversion(number, editor, library):
    make_live(number, voicemail("desk@acme.example"), editor)
    assert KnownDestination.objects.get().e164 == "desk@acme.example"
    offered = offered_destinations(editor, [number], facts(number, MONDAY))
    assert "desk@acme.example" not in offered
