"""What one process signs is nothing to another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings

from tenants.models import StaffSession
from tenants.tasks import forget_sessions

ROOT = Path(__file__).resolve().parents[2]


def key_of(process: str, **more: str) -> str:
    code = "from django.conf import settings as s; print(s.SECRET_KEY)"
    environment = {
        **os.environ,
        "VMS_PROCESS": process,
        "DJANGO_SETTINGS_MODULE": "vms_portal.settings",
        **more,
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_each_process_has_a_key_of_its_own_or_none():
    keys = [key_of(process) for process in ("portal", "backoffice")]
    assert all(keys)
    assert keys[0] != keys[1]
    # It signs nothing: without a key Django refuses to.
    assert key_of("worker") == ""
    assert key_of("backoffice", SECRET_KEY_BACKOFFICE="") == ""


def test_each_process_keeps_its_sessions_in_its_own_table(
    client, staff_client, viewer, staff
):
    client.force_login(viewer.user)
    assert (Session.objects.count(), StaffSession.objects.count()) == (1, 0)
    staff_client.force_login(staff)
    assert (Session.objects.count(), StaffSession.objects.count()) == (1, 1)
    assert staff_client.get("/").status_code == 200


@pytest.mark.parametrize("fallback", [False, True])
def test_a_session_signed_with_another_key_is_none(staff_client, staff, fallback):
    """The control is the rotation: a former key is still read."""
    with override_settings(SECRET_KEY="the portal's"):
        staff_client.force_login(staff)
    former = ["the portal's"] if fallback else []
    with override_settings(SECRET_KEY="the back office's", SECRET_KEY_FALLBACKS=former):
        answer = staff_client.get("/")
    assert (answer.status_code == 200) is fallback


def test_the_worker_forgets_sessions_that_have_ended(acting_as, db):
    for model in (Session, StaffSession):
        for key, year in (("old", 2020), ("new", 2030)):
            model.objects.create(
                session_key=key, session_data="", expire_date=f"{year}-01-01T00:00Z"
            )
    with acting_as("vms_worker"):
        assert forget_sessions() == 2
    assert [m.objects.get().pk for m in (Session, StaffSession)] == ["new", "new"]
