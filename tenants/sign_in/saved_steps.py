"""allauth's rows of second steps, saved as the roles of the processes may.

allauth saves a row whole when a recovery code is used or a passkey renamed. No role
may write whose it is or what it is: the portal's would make another's its own.
"""

from typing import Any

from allauth.mfa.models import Authenticator

# As granted (docs/threat-model.md).
MAY_CHANGE = ("data", "last_used_at")
_save_whole = Authenticator.save


def save(row: Authenticator, *args: Any, **more: Any) -> None:
    """Save a new row whole, and of one that is there what may change."""
    is_there = not row._state.adding
    if is_there and not args and not more.get("force_insert"):
        more["update_fields"] = more.get("update_fields") or MAY_CHANGE
    _save_whole(row, *args, **more)


def use() -> None:
    Authenticator.save = save
