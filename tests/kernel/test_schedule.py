"""What beat queues comes, however often beat is started anew."""

import datetime as dt

import pytest
from celery.schedules import crontab

from vms_portal.celery import app
from vms_portal.schedule import DEMO_SCHEDULE, SCHEDULE

HOUR = dt.timedelta(hours=1)


def wait(due: object, started: dt.datetime) -> dt.timedelta:
    """How long a beat that has just started, and remembers nothing, waits."""
    if isinstance(due, crontab):
        due.app = app
        last, until_next, _ = due.remaining_delta(started)
        return last + until_next - started
    assert isinstance(due, float)
    return dt.timedelta(seconds=due)


@pytest.mark.parametrize("name", SCHEDULE | DEMO_SCHEDULE)
def test_an_hour_of_uptime_at_any_time_is_enough(name):
    due = (SCHEDULE | DEMO_SCHEDULE)[name]["schedule"]
    for hour in range(0, 24, 3):
        started = dt.datetime(2026, 11, 30, hour, 31, tzinfo=dt.UTC)
        assert wait(due, started) <= HOUR


def test_only_what_comes_every_few_minutes_is_an_interval():
    """An interval begins anew with each start."""
    for name, entry in (SCHEDULE | DEMO_SCHEDULE).items():
        if isinstance(entry["schedule"], float):
            assert entry["schedule"] <= 300, name


def test_a_daily_interval_would_be_noticed():
    started = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)
    assert wait(86_400.0, started) > HOUR
    assert wait(crontab(hour=2, minute=40), started) > HOUR


def test_every_task_exists():
    app.loader.import_default_modules()
    for entry in (SCHEDULE | DEMO_SCHEDULE).values():
        assert entry["task"] in app.tasks
