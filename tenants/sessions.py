"""Sessions in the database, whatever a browser sends as their key.

Portal and back office keep them in tables of their own: neither's database role
reads or makes a session of the other.
"""

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session

from tenants.models import StaffSession


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
