"""Sessions in the database, each under the digest of the secret its cookie holds.

Whoever reads the database, the list of a person's sessions, or the statements that
run there finds no secret to sign in with (docs/adr/0028). Portal and back office
keep them in tables of their own: neither's database role reads or makes a session
of the other. The portal's sees the one session whose key is presented.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any, Self, cast

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.middleware import SessionMiddleware
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.crypto import get_random_string

from tenants.models import StaffSession
from tenants.sign_in import waiting_forms
from vms_portal.kernel.data import row_security, secret_keys
from vms_portal.kernel.data.prepared import PreparedQuery
from vms_portal.kernel.web.outcomes import outcome_of

SECRET_LENGTH = 32
# As much of a SHA-256, in hexadecimal digits, as the column of keys holds.
KEY_LENGTH = 40


class SessionEnded(PermissionDenied):
    """From the list of sessions, or by signing out in another window."""


class SessionStore(DatabaseStore):
    """``session_key`` is the digest, wherever it stands; ``secret`` the cookie's."""

    secret = ""
    # As it was read or saved last; nothing of one that is made.
    _found = ""
    # Does the transaction hold the row, so that saving waits for nobody?
    is_held = False
    # Ended elsewhere while its request ran.
    is_gone = False
    is_saved = False
    # The forms that wait in it, as it was read: it may end with its request.
    acts_waiting: waiting_forms.Kept = {}

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

    def create(self) -> None:
        super().create()
        self.is_held, self.is_gone = True, False

    def hold(self, skip_locked: bool = False) -> AbstractBaseSession | None:
        """Return the row, held for the transaction; None where it is gone."""
        rows = self.model.objects.select_for_update(skip_locked=skip_locked)
        with _presented(self.session_key):
            row = rows.filter(session_key=self.session_key).first()
        self.is_held = row is not None
        return row

    def locked(self) -> dict[str, Any]:
        """Return what the session holds by now; its row is held for the transaction.

        ``SessionEnded`` elsewhere, while this request ran.
        """
        row = self.hold()
        if row is None:
            self.is_gone = True
            raise SessionEnded
        return self.decode(row.session_data)

    def is_ended(self) -> bool:
        """Was it ended elsewhere, by now?"""
        if self.session_key is None:
            return False
        self.is_gone = self.is_gone or not self.exists(self.session_key)
        return self.is_gone

    def exists(self, session_key: str) -> bool:
        with _presented(session_key):
            return bool(super().exists(session_key))

    def load(self) -> dict[str, Any]:
        """Read what it holds; what was found is compared with what is saved."""
        with _presented(self.session_key):
            row = next(iter(_by_key(self.model).rows(self.session_key)), None)
        if row is not None and row.expire_date <= timezone.now():
            row = None
        if row is None:
            self._session_key = None
        self._found = row.session_data if row is not None else ""
        found = self.decode(self._found) if self._found else {}
        self.acts_waiting = found.get(waiting_forms.KEY, {})
        return found

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
            self.is_gone = True
            raise UpdateError
        if row.session_data == self._found:
            return
        found = self.decode(self._found) if self._found else {}
        now = self.decode(row.session_data)
        merged = _merged(found, mine, now)
        key = waiting_forms.KEY
        if key in mine and key in now:
            # By their address: each window keeps and sends its own.
            acts = (values.get(key, {}) for values in (found, mine, now))
            merged[key] = waiting_forms.bounded(_merged(*acts))
        self._session_cache = merged

    def save_with_act(self) -> None:
        """Save what an act noted here in its transaction: both stand, or neither.

        What an act that holds its session from the beginning notes, and a session
        that begins. Others hold rows that another window of the session may wait for
        while it holds this one: they save now if nobody does, else after the commit.
        """
        if not self.modified or self.is_empty():
            return
        if self.session_key and not self.is_held and not self.hold(skip_locked=True):
            self.is_gone = not self.exists(self.session_key)
            return
        self.save()
        self.modified, self.is_saved = False, True

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is None:
            return
        with _presented(key):
            ended, _of = self.model.objects.filter(session_key=key).delete()
        if not ended and key == self.session_key:
            self.is_gone = True


def _merged(
    found: dict[str, Any], mine: dict[str, Any], now: dict[str, Any]
) -> dict[str, Any]:
    """Return what there is ``now`` with what became of ``found`` in ``mine``."""
    changed = {k: v for k, v in mine.items() if k not in found or found[k] != v}
    kept = {k: v for k, v in now.items() if k in mine or k not in found}
    return {**kept, **changed}


@cache
def _by_key(model: type[AbstractBaseSession]) -> PreparedQuery[AbstractBaseSession]:
    return PreparedQuery(lambda key: model.objects.filter(session_key=key))


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


def session_of(request: HttpRequest) -> SessionStore:
    """Return the session of a request, as ``SecretCookieMiddleware`` found it."""
    return cast(SessionStore, request.session)


class SecretCookieMiddleware(SessionMiddleware):
    """Django's, with the secret in the cookie where Django has the key."""

    def process_request(self, request: HttpRequest) -> None:
        secret = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        request.session = SessionStore.of_cookie(secret)

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        """Save what is not saved yet, and set or delete the cookie.

        The browser may hold another session's by now: one that ended while the
        request ran leaves it alone, as one whose act was undone does.
        """
        session, is_undone = session_of(request), outcome_of(request).is_undone
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        if session.is_gone or is_undone or response.status_code >= 500:
            return response
        if session.is_empty():
            _forget(request, response)
            return response
        if session.modified:
            try:
                session.save()
            except UpdateError:
                # The answer stands: it says so, or was true before.
                return response
            session.is_saved = True
        if session.is_saved:
            _hand_out(session, response)
        return response


def _forget(request: HttpRequest, response: HttpResponse) -> None:
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        response.delete_cookie(
            settings.SESSION_COOKIE_NAME,
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )


def _hand_out(session: SessionStore, response: HttpResponse) -> None:
    ends_with_browser = session.get_expire_at_browser_close()
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        session.secret,
        max_age=None if ends_with_browser else session.get_expiry_age(),
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=settings.SESSION_COOKIE_HTTPONLY,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )


def _key(secret: str) -> str:
    return secret_keys.digest(secret)[:KEY_LENGTH]
