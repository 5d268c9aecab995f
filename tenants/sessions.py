"""Sessions in the database, whatever a browser sends as their key.

Portal and back office keep them in tables of their own: neither's database role
reads or makes a session of the other. The portal's sees the one session whose key
is presented.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from tenants.models import StaffSession
from vms_portal.kernel import scoping


class SessionStore(DatabaseStore):
    """Takes keys of the form Django makes; anything else is no session.

    A quoted cookie may hold any character, and the database raises on NUL.
    """

    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        return StaffSession if settings.PROCESS == "backoffice" else Session

    def _validate_session_key(self, key: str | None) -> bool:
        text = key or ""
        return len(text) >= 8 and text.isascii() and text.isalnum()

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        with _presented(self.session_key):
            return super()._get_session_from_db()  # type: ignore[misc, no-any-return]

    def exists(self, session_key: str) -> bool:
        with _presented(session_key):
            return bool(super().exists(session_key))

    def save(self, must_create: bool = False) -> None:
        with _presented(self.session_key):
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        with _presented(session_key or self.session_key):
            super().delete(session_key)


@contextmanager
def _presented(key: str | None) -> Iterator[None]:
    """Show the database this session, in a transaction of its own if there is none."""
    if settings.PROCESS == "backoffice":
        yield
        return
    # A savepoint for each would cost more than it tells.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        scoping.apply(session=key)
        yield
