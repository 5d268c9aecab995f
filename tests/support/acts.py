"""Which acts a run of tests carried out, and with whose rights in the database.

What counts was answered and not refused and, unless it only reads, wrote a row that
was kept: no role proves a right with a form that has errors. The role is the one that
the database says; a test that gave it more than the process has did another act.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connection

from tests.support.act_lists import WRITES_NO_ROW, Act

# As every request does: that somebody was seen, and what they are told next.
OF_THE_SESSION = {
    "django_session",
    "tenants_staffsession",
    "usersessions_usersession",
}
WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
# Where somebody is sent who may not, or not yet.
SENT_AWAY = re.compile(r"(/account)?/(login|reauthenticate|2fa/reauthenticate)/")
DONE: set[Act] = set()


def unseen(function: Any) -> Any:
    """An error that passes through looks no more like ours than it is.

    vms_portal/kernel/admin/list_queries.py asks where one came from.
    """
    function.__code__ = function.__code__.replace(co_filename="<tests>")
    return function


class Watch:
    """The statements of one act: the rows that it wrote and kept, and as whom."""

    def __init__(self) -> None:
        self.role = ""
        self.written: list[str] = []
        self.savepoints: list[int] = []

    @unseen
    def __call__(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        result = execute(sql, *rest)
        text = str(sql)
        if text.startswith("SAVEPOINT"):
            self.savepoints.append(len(self.written))
        elif text.startswith("ROLLBACK TO") and self.savepoints:
            del self.written[self.savepoints[-1] :]
        elif text.startswith("RELEASE") and self.savepoints:
            self.savepoints.pop()
        elif (found := WRITE.match(text)) and rest[-1]["cursor"].rowcount:
            self._wrote(found[1])
        return result

    def _wrote(self, table: str) -> None:
        if table not in OF_THE_SESSION:
            self.written.append(table)
            self.role = self.role or _current_user()


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch
        role = _current_user()
        if watch.role and role not in ("", watch.role):
            role = f"{watch.role}, then {role}"
        watch.role = role or watch.role


def _current_user() -> str:
    """Ask past everything that looks at statements; "" without a usable connection."""
    if connection.connection is None or connection.needs_rollback:
        return ""
    try:
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
    except psycopg2.Error:
        return ""
    return role


def note(name: str, watch: Watch) -> None:
    is_reading = name.startswith("GET ") or name in WRITES_NO_ROW
    if watch.role and (is_reading or watch.written):
        DONE.add((watch.role, name))


def note_request(answer: Any, watch: Watch) -> None:
    request = answer.wsgi_request
    match = request.resolver_match
    if match is None or is_refused(answer):
        return
    name = f"{request.method} {match.view_name}"
    if request.method == "POST" and name.endswith("_changelist"):
        name += f" {request.POST.get('action', '')}".rstrip()
    note(name, watch)


def is_refused(answer: Any) -> bool:
    """A page that leads elsewhere is not shown; an act may."""
    form = answer.context.get("form") if answer.context else None
    most = 200 if answer.wsgi_request.method == "GET" else 399
    return (
        answer.status_code > most
        or SENT_AWAY.match(answer.headers.get("Location", "")) is not None
        or bool(getattr(form, "errors", None))
    )
