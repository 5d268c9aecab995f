"""Reading the process environment: the only source of configuration and secrets."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def load_file(path: Path) -> None:
    """Take ``KEY=VALUE`` lines as defaults; the real environment wins.

    ``bin/run`` writes such a file, so a management command typed beside a
    running portal finds the same database.
    """
    if not path.is_file() or not os.access(path, os.R_OK):
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.partition("=")
        if separator and not key.startswith("#"):
            os.environ.setdefault(key.strip(), value.strip())


def flag(name: str) -> bool:
    return os.environ.get(name, "") in {"1", "true", "yes"}


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of a variable."""
    return [word for word in os.environ.get(name, default).split(",") if word]


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for ``postgresql://user:password@host:port/name``.

    An empty URL gives an empty dict: commands that need no database still run.
    """
    if not url:
        return {}
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"connect_timeout": 5, **options},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer hands a transaction, not a session, to each client.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
