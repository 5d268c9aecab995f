"""Requests that wait while somebody else takes their author's access."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from tenants.models import User
from tenants.services import ended_access
from tests.support.clients import ProcessClient

OTHER = "seven yellow boats"
NOW = timezone.now()


def gone(user: User) -> None:
    """What staff do when they disable a person."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    ended_access.end_all(user=user, by=user, reason="access_ended", now=NOW)


def new_password(user: User) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password(OTHER))


def row(model: Any, pk: int) -> Any:
    return lambda: model.objects.select_for_update().get(pk=pk)


def table_of_overrides() -> None:
    """Hold what every page of a number reads."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE routing_override IN ACCESS EXCLUSIVE MODE")


def from_the_list(client: ProcessClient) -> None:
    session = client.session
    listed = UserSession.objects.create(
        user_id=session[SESSION_KEY], session_key=session.session_key, ip="::1"
    )
    listed.end()


def in_another_window(client: ProcessClient) -> None:
    client.session.flush()


def person_form(user: User, **values: object) -> dict[str, object]:
    form = {"email": user.email, "name": "Fien", "language": "en", "is_active": "on"}
    return {**form, "is_staff": "on", "confirmed": "on", "reason": "Asked", **values}
