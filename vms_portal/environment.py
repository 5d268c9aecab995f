"""Reading the process environment: the only source of configuration and secrets."""

import os
from collections.abc import Iterable
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


class WrongSetting(SystemExit):
    """A variable holds what no process can start with: it ends with this sentence."""


def flag(name: str) -> bool:
    """Is the variable on? Neither on nor off raises: ``VMS_HTTPS=TLS`` is no choice."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise WrongSetting(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: int) -> int:
    """Return the whole number of a variable; one that is empty counts as absent."""
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isascii() or not value.isdecimal():
        raise WrongSetting(f"{name} is {value!r}; write a whole number.")
    return int(value)


def one_of(name: str, default: str, known: Iterable[str]) -> str:
    value = os.environ.get(name, "").strip() or default
    if value not in known:
        raise WrongSetting(f"{name} is {value!r}; write one of {', '.join(known)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of a variable."""
    found = os.environ.get(name, default).split(",")
    return [word.strip() for word in found if word.strip()]


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
