"""Clients that ask with the database rights of the process they stand for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery.app.task import Task
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.urls import NoReverseMatch

from tenants.sign_in.sessions import SessionStore
from tests.support import acts
from tests.support.roles import PROCESS_ROLES
from vms_portal.queues import may_send

HOSTS = {"portal": "PORTAL_URL", "backoffice": "BACKOFFICE_URL"}


class SecretCookieClient(Client):
    """Django's, which takes the key of a session for what its cookie holds."""

    @property
    def session(self):
        cookie = self.cookies.get(settings.SESSION_COOKIE_NAME)
        session = SessionStore.of_cookie(cookie.value if cookie else "")
        if not cookie:
            session.save()
            self.cookies[settings.SESSION_COOKIE_NAME] = session.secret
        return session

    def _set_login_cookies(self, request):
        """In the place of Django's, which writes the key of the session."""
        self.cookies[settings.SESSION_COOKIE_NAME] = request.session.secret


class ProcessClient(SecretCookieClient):
    """A test client of one process: its role, its URLs, its host, its cookies."""

    def __init__(self, process: str, acting_as, **options) -> None:
        self.process, self.acting_as = process, acting_as
        self.role, self.urlconf = PROCESS_ROLES[process]
        super().__init__(**{**self._host(), **options})

    def _host(self) -> dict[str, str]:
        address = getattr(settings, HOSTS.get(self.process, ""), "")
        return {"HTTP_HOST": urlsplit(address).netloc} if address else {}

    def force_login(self, user, backend=None, second_factor=True):
        """Sign in to this process; without a second factor only when asked to."""
        with override_settings(PROCESS=self.process):
            super().force_login(user, backend)
        if second_factor:
            session = self.session
            session["second_factor"] = "test"
            session.save()

    @property
    def session(self):
        """The session of this process, in its own table."""
        with override_settings(PROCESS=self.process):
            found = super().session
            # Chosen by the process, and kept.
            assert found.model
        return found

    @contextmanager
    def as_process(self) -> Iterator[None]:
        """Run what is inside with the role, the addresses and the name of the process.

        Settings are of the whole program: of two threads that change them, the first
        to be done takes them from the other. What is right is left alone.
        """
        wanted = {"PROCESS": self.process, "ROOT_URLCONF": self.urlconf}
        changed = {k: v for k, v in wanted.items() if getattr(settings, k) != v}
        override = override_settings(**changed) if changed else nullcontext()
        with override, self.acting_as(self.role):
            yield

    def request(self, **request):
        before = len(connection.run_on_commit)
        with self.as_process(), acts.watched() as watch:
            answer = super().request(**request)
        acts.note_request(answer, watch)
        self._keep_process(before)
        return answer

    def _keep_process(self, before: int) -> None:
        """What waits for the test's own transaction is the process's work as well."""
        waiting: list[Any] = connection.run_on_commit
        for _savepoints, act, _robust in waiting[before:]:
            task = getattr(getattr(act, "work", [None])[0], "__self__", None)
            # Else a worker would set it aside (vms_portal/queues.py).
            if isinstance(task, Task):
                assert may_send(self.process, task.name), task.name
        waiting[before:] = [
            (savepoints, self._in_process(act), robust)
            for savepoints, act, robust in waiting[before:]
        ]

    def _in_process(self, act: Callable[[], object]) -> Callable[[], None]:
        @wraps(act)
        def inner() -> None:
            try:
                with self.as_process():
                    act()
            except NoReverseMatch as error:
                # Not an Exception: what is only logged after a commit stays seen.
                pytest.fail(f"{act.__qualname__} in the {self.process}: {error}")

        return inner


@pytest.fixture
def client(db, acting_as) -> ProcessClient:
    """The customers' portal."""
    return ProcessClient("portal", acting_as)


@pytest.fixture
def staff_client(db, acting_as) -> Iterator[ProcessClient]:
    """The back office, nobody signed in; services called beside it run there too."""
    staff = ProcessClient("backoffice", acting_as)
    with override_settings(PROCESS=staff.process, ROOT_URLCONF=staff.urlconf):
        yield staff
