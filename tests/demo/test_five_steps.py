"""The README's second and third step show what they promise, at any hour."""

import datetime as dt
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from numbers.models import GeographicNumber
from tenants.models import User

HOURS = ("2026-11-25T03:00", "2026-11-25T12:00", "2026-11-25T23:30")
# The next working day lies in the demo's special days.
YEARS_END = "2026-12-28T20:00"
RECEPTION, MOBILE = "+3225501200", "+32470112233"


@pytest.fixture(params=[*HOURS, YEARS_END])
def hour(request, db, settings, tmp_path, acting_as):
    """The demo, loaded and used at this hour."""
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path
    with connection.cursor() as cursor:
        # The database's clock is not moved, and bounds the revisions of plans.
        cursor.execute("SELECT current_setting('role')")
        (role,) = cursor.fetchone()
        cursor.execute("SET LOCAL ROLE vms_owner")
        cursor.execute(
            "ALTER TABLE routing_compiledplan "
            "DISABLE TRIGGER routing_compiledplan_revision"
        )
        cursor.execute(f"SET LOCAL ROLE {role}")
    moment = dt.datetime.fromisoformat(f"{request.param}+01:00")
    with acting_as("vms_staff"):
        call_command("load_demo_people")
    with acting_as("vms_app"):
        call_command("load_demo_invitation")
    with acting_as("vms_worker"):
        call_command("load_demo", now=moment, verbosity=0)
    with time_machine.travel(moment, tick=False):
        yield moment


def simulate(client, number) -> str:
    fields = {"caller": "0475 12 34 56", "moment": "working-day", "at": ""}
    answer = client.get(
        f"{reverse('routing:simulate', args=[number.pk])}?{urlencode(fields)}"
    )
    return str(answer.context["answer"]["destination"])


def test_the_same_call_goes_elsewhere_after_the_edit(hour, client):
    client.force_login(User.objects.get(email="alice@acme.example"))
    number = GeographicNumber.objects.get(e164=RECEPTION)
    assert simulate(client, number) == "line"

    begin = reverse("routing:plan_begin", args=[number.pk])
    client.post(begin)
    editor = client.get(
        reverse("routing:plan_edit", args=[number.pk]), {"step": "desk"}
    )
    form = editor.context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    place = next(n for n in fields if n.endswith("-0") and fields[n] == "line")
    offered = [value for value, _ in form.fields[place].choices]
    assert MOBILE in offered
    save = reverse("routing:step_save", args=[number.pk])
    draft = editor.context["draft"]
    sent = {**fields, place: MOBILE, "step": "desk", "revision": draft.revision}
    assert client.post(save, sent).status_code == 302
    publish = reverse("routing:publish", args=[number.pk])
    sent = {"draft": draft.pk, "revision": draft.revision + 1}
    done = client.post(publish, sent, follow=True)
    assert "is live" in done.content.decode()
    assert simulate(client, number) == MOBILE
