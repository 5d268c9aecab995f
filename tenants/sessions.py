"""Sessions in the database, whatever a browser sends as their key."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Takes keys of the form Django makes; anything else is no session.

    A quoted cookie may hold any character, and the database raises on NUL.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        text = key or ""
        return len(text) >= 8 and text.isascii() and text.isalnum()
