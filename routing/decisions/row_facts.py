"""What sends a number's calls elsewhere, row by row, as the engine's JSON."""

from typing import Any

from routing.models import Override, Redirection

Json = dict[str, Any]


def override_json(override: Override) -> Json:
    until = override.until
    return {
        "destination": override.destination,
        "from": override.starts_at.isoformat(),
        "until": until.isoformat() if until else None,
    }


def redirection_json(redirection: Redirection) -> Json:
    start, until = redirection.starts_at, redirection.until
    return {
        "destination": redirection.destination,
        "backup": redirection.backup or None,
        "after_s": redirection.after_s,
        "from": start.isoformat() if start else None,
        "until": until.isoformat() if until else None,
    }
