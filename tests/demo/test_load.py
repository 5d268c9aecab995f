"""The demo is whole: October closes to its totals, and yesterday has calls."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from billing.models import Agreement, Invoice
from routing.models import Override, PlanVersion
from traffic.models import CallRecord, Period

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def demo(db, settings, tmp_path, acting_as):
    """Loaded as bin/run does: people by the back office, the rest by the worker."""
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path
    with acting_as("vms_staff"):
        call_command("load_demo_people")
    with acting_as("vms_app"):
        call_command("load_demo_invitation")
    with acting_as("vms_worker"):
        call_command("load_demo", now=NOW, verbosity=0)


def test_the_demo_tells_its_story(demo, acting_as):
    assert Agreement.objects.count() == 2
    assert PlanVersion.objects.filter(state="draft").count() == 1
    assert Override.objects.get().is_in_force(NOW)
    assert Period.objects.get(month=dt.date(2026, 10, 1)).state == "open"
    yesterday = NOW - dt.timedelta(days=1)
    assert CallRecord.objects.filter(started_at__date=yesterday.date()).count() > 150
    assert not CallRecord.objects.filter(started_at__gt=NOW).exists()

    with acting_as("vms_worker"):
        call_command("close_month", "2026-10", now=NOW, verbosity=0)
    totals = Invoice.objects.order_by("number").values_list("total_incl_vat", flat=True)
    assert list(totals) == [Decimal("2185.62"), Decimal("188.65")]


def test_loading_calls_again_adds_only_what_came_since(demo, capsys):
    before = CallRecord.objects.count()

    call_command("load_demo_calls", now=NOW, verbosity=0)
    assert CallRecord.objects.count() == before

    call_command("load_demo_calls", now=NOW + dt.timedelta(hours=4), verbosity=0)
    assert CallRecord.objects.count() > before


def test_it_is_loaded_once_and_in_demo_mode_only(demo, settings):
    with pytest.raises(CommandError, match="already"):
        call_command("load_demo", now=NOW, verbosity=0)
    settings.DEMO = False
    with pytest.raises(CommandError, match="VMS_DEMO=1"):
        call_command("load_demo", now=NOW, verbosity=0)
