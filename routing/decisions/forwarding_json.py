"""Diversions and redirections as the engine's JSON."""

from typing import Any

from routing.models import Override, Redirection

Json = dict[str, Any]


def window(override: Override) -> Json:
    until = override.until
    return {
        "destination": override.destination,
        "from": override.starts_at.isoformat(),
        "until": until.isoformat() if until else None,
    }


def redirection(found: Redirection) -> Json:
    start, until = found.starts_at, found.until
    return {
        "destination": found.destination,
        "backup": found.backup or None,
        "after_s": found.after_s,
        "from": start.isoformat() if start else None,
        "until": until.isoformat() if until else None,
    }
