"""What a link to choose another password is signed with."""

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ImproperlyConfigured


class ResetTokens(PasswordResetTokenGenerator):
    """Tokens of one audience, ``portal`` or ``backoffice``; the process's by default.

    They are not signed with ``SECRET_KEY``: the worker makes them, and whoever has
    the key of one side makes no link of the other. A token lapses with the password,
    the address, a sign-in, or when all sessions are ended.
    """

    key_salt = "tenants.reset_tokens"
    # Django's are of SECRET_KEY.
    secret_fallbacks: list[str | bytes] = []

    def __init__(self, audience: str = "") -> None:
        super().__init__()
        self.audience = audience

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        made_under = super()._make_hash_value(user, timestamp)
        return f"{made_under}{user.session_generation}"

    @property
    def secret(self) -> str:  # type: ignore[override]  # nobody sets it
        audience = self.audience or settings.PROCESS
        key: str = settings.RESET_KEYS.get(audience, "")
        if not key:
            raise ImproperlyConfigured(f"VMS_RESET_KEY_{audience.upper()} is not set.")
        return key
