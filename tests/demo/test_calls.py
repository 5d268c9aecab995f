"""The demo's calls look like a business, repeat exactly and stay in the past."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.utils import timezone

from demo.calls import FIRST_DAY, load_calls
from demo.tasks import continue_calls
from tests.support.databases import ROOT
from traffic.models import CallRecord, QuarantinedRecord
from vms_portal.kernel.local_time import local_date

NOON = dt.datetime(2026, 11, 4, 11, 0, tzinfo=dt.UTC)


def test_all_calls_are_taken_in_and_none_is_in_the_future(customers):
    total = load_calls(NOON)
    assert total.added == total.received == CallRecord.objects.count()
    assert not QuarantinedRecord.objects.exists()
    last = CallRecord.objects.order_by("-ended_at").first()
    assert last is not None
    assert last.ended_at is not None
    assert last.ended_at <= NOON
    assert local_date(last.started_at) == local_date(NOON)
    first = CallRecord.objects.order_by("started_at").first()
    assert first is not None
    assert local_date(first.started_at) == FIRST_DAY


def test_loading_again_adds_what_happened_since(customers):
    before = load_calls(NOON).added
    assert load_calls(NOON).added == 0
    later = load_calls(NOON + dt.timedelta(days=1))
    assert 0 < later.added == later.received
    assert CallRecord.objects.count() == before + later.added
    assert not QuarantinedRecord.objects.exists()


def test_the_command_says_what_it_added(customers, capsys):
    call_command("load_demo_calls", now=NOON)
    assert "added" in capsys.readouterr().out


def test_calls_go_on_while_the_demo_runs(customers, settings, monkeypatch):
    load_calls(NOON)
    before = CallRecord.objects.count()
    monkeypatch.setattr(timezone, "now", lambda: NOON + dt.timedelta(hours=5))

    continue_calls()
    assert CallRecord.objects.count() == before

    settings.DEMO = True
    continue_calls()
    assert CallRecord.objects.count() > before


@pytest.mark.parametrize(("flag", "goes_on"), [("0", "False"), ("1", "True")])
def test_only_the_demo_makes_calls_up(flag, goes_on):
    code = (
        "from django.conf import settings; "
        "print('demo.tasks.continue_calls' in settings.CELERY_BEAT_SCHEDULE)"
    )
    environment = {
        **os.environ,
        "VMS_DEMO": flag,
        "DJANGO_SETTINGS_MODULE": "vms_portal.settings",
    }
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == goes_on
