"""Sessions in the database, each under the digest of the secret its cookie holds.

Whoever reads the database, the list of a person's sessions, or the statements that
run there finds no secret to sign in with (docs/adr/0028). Portal and back office
keep them in tables of their own: neither's database role reads or makes a session
of the other. The portal's sees the one session whose key is presented.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Self

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from tenants.models import StaffSession
from vms_portal.kernel.data import row_security, secret_keys

# Forms that wait by their address: each window keeps and sends its own.
ACTS_KEPT = "acts_kept"
SECRET_LENGTH = 32
# As much of a SHA-256, in hexadecimal digits, as the column of keys holds.
KEY_LENGTH = 40


class SessionEnded(PermissionDenied):
    """From the list of sessions, or by signing out in another window."""

    is_late = True


class SessionStore(DatabaseStore):
    """``session_key`` is the digest, wherever it stands; ``secret`` the cookie's."""

    secret = ""
    # As it was read or saved last; nothing of one that is made.
    _found = ""

    @classmethod
    def of_cookie(cls, secret: str) -> Self:
        """Return the session of a cookie; an empty one is no session yet."""
        store = cls(_key(secret) if secret else None)
        store.secret = secret
        return store

    def _get_new_session_key(self) -> str:
        while True:
            self.secret = get_random_string(SECRET_LENGTH, VALID_KEY_CHARS)
            key = _key(self.secret)
            if not self.exists(key):
                return key

    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        return StaffSession if settings.PROCESS == "backoffice" else Session

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        with _presented(self.session_key):
            return super()._get_session_from_db()  # type: ignore[misc, no-any-return]

    def hold(self) -> AbstractBaseSession | None:
        """Return the row, held for the transaction; None where it is gone."""
        rows = self.model.objects.select_for_update()
        with _presented(self.session_key):
            return rows.filter(session_key=self.session_key).first()

    def locked(self) -> dict[str, Any]:
        """Return what the session holds by now; its row is held for the transaction.

        ``SessionEnded`` elsewhere, while this request ran.
        """
        row = self.hold()
        if row is None:
            raise SessionEnded
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        with _presented(session_key):
            return bool(super().exists(session_key))

    def load(self) -> dict[str, Any]:
        """Django's; what was found is compared with what is saved."""
        row = self._get_session_from_db()
        self._found = row.session_data if row is not None else ""
        return self.decode(self._found) if self._found else {}

    def save(self, must_create: bool = False) -> None:
        """Save what this request changed: another may have changed the rest."""
        if self.session_key is None:
            self.create()
            return
        with transaction.atomic(), _presented(self.session_key):
            if not must_create:
                self._take_changes()
            super().save(must_create)
        self._found = self.encode(dict(self.items()))

    def _take_changes(self) -> None:
        """Take what others saved since this session was read. ``UpdateError``."""
        mine, row = dict(self.items()), self.hold()
        if row is None:
            raise UpdateError
        if row.session_data == self._found:
            return
        found = self.decode(self._found) if self._found else {}
        now = self.decode(row.session_data)
        merged = _merged(found, mine, now)
        if ACTS_KEPT in mine and ACTS_KEPT in now:
            acts = (values.get(ACTS_KEPT, {}) for values in (found, mine, now))
            merged[ACTS_KEPT] = _merged(*acts)
        self._session_cache = merged

    def delete(self, session_key: str | None = None) -> None:
        with _presented(session_key or self.session_key):
            super().delete(session_key)


def _merged(
    found: dict[str, Any], mine: dict[str, Any], now: dict[str, Any]
) -> dict[str, Any]:
    """Return what there is ``now`` with what became of ``found`` in ``mine``."""
    changed = {k: v for k, v in mine.items() if k not in found or found[k] != v}
    kept = {k: v for k, v in now.items() if k in mine or k not in found}
    return {**kept, **changed}


@contextmanager
def _presented(key: str | None) -> Iterator[None]:
    """Show the database this session, in a transaction of its own if there is none."""
    if settings.PROCESS == "backoffice":
        yield
        return
    # A savepoint for each would cost more than it tells.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        row_security.apply(session=key)
        yield


class SecretCookieMiddleware(SessionMiddleware):
    """Django's, with the secret in the cookie where Django has the key."""

    def process_request(self, request: HttpRequest) -> None:
        secret = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        request.session = SessionStore.of_cookie(secret)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        try:
            answer = super().process_response(request, response)
        except SessionInterrupted:
            # Ended elsewhere. The answer stands: it says so, or was true before.
            request.session = SessionStore.of_cookie("")
            answer = super().process_response(request, response)
        cookie = answer.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            secret = request.session.secret  # type: ignore[attr-defined]
            cookie.set(cookie.key, secret, secret)
        return answer


def _key(secret: str) -> str:
    return secret_keys.digest(secret)[:KEY_LENGTH]
