"""Sessions that are over do not stay in the database."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from tenants import tasks
from vms_portal.schedule import SCHEDULE


@pytest.fixture
def session(viewer, client):
    """``session(hours)`` is one that ends in so many hours, listed since two days."""

    def make(hours: int, days: int = 2) -> Session:
        client.cookies.clear()
        client.force_login(viewer.user)
        row = Session.objects.get(pk=client.session.session_key)
        row.expire_date = timezone.now() + dt.timedelta(hours=hours)
        row.save()
        listed = UserSession.objects.create(
            user=viewer.user, session_key=row.pk, ip="192.0.2.1", user_agent="x"
        )
        began = timezone.now() - dt.timedelta(days=days)
        UserSession.objects.filter(pk=listed.pk).update(created_at=began)
        return row

    return make


def test_what_is_over_is_forgotten_and_nothing_else(session, acting_as):
    over, alive = session(-1), session(1)
    with acting_as("vms_worker"):
        assert tasks.forget_sessions() == 1
        assert tasks.forget_sessions() == 0
    assert list(Session.objects.all()) == [alive]
    assert [row.session_key for row in UserSession.objects.all()] == [alive.pk]
    assert over.pk != alive.pk


def test_one_that_was_ended_leaves_the_list_too(session, acting_as):
    session(1).delete()
    with acting_as("vms_worker"):
        tasks.forget_sessions()
    assert not UserSession.objects.exists()


def test_it_runs_every_night():
    entry = SCHEDULE["tenants.tasks.forget_sessions"]
    assert entry["task"] == tasks.forget_sessions.name
