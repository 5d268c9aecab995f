"""Reading the process environment: the only source of configuration and secrets."""

import base64
import ipaddress
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}


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


def refuse(name: str, told: str) -> NoReturn:
    """End the process with a sentence: what is mistyped must not mean something else.

    Neither must it come to light with the first request. Never tells the value, which
    may be a secret.
    """
    raise SystemExit(f"{name}: {told}")


def flag(name: str) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value not in YES | NO:
        refuse(name, "1 or 0 is expected.")
    return value in YES


def number(name: str, default: int, *, least: int = 0) -> int:
    text = os.environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        refuse(name, f"a whole number from {least} is expected.")
    return int(text)


def one_of(name: str, default: str, allowed: Iterable[str]) -> str:
    value = os.environ.get(name) or default
    if value not in allowed:
        refuse(name, f"one of {', '.join(allowed)} is expected.")
    return value


def rate(name: str, default: str) -> str:
    """Return how often something may be done, as ``600/min``."""
    value = os.environ.get(name) or default
    if not re.fullmatch(r"[0-9]{1,9}/(s|sec|m|min|h|hour|d|day)", value):
        refuse(name, "a rate such as 600/min is expected.")
    return value


def networks(name: str, default: str) -> list[str]:
    found = words(name, default)
    try:
        for text in found:
            ipaddress.ip_network(text)
    except ValueError as error:
        refuse(name, f"networks such as 10.0.0.0/8 are expected; {error}.")
    return found


def fernet_key(name: str) -> str:
    """Return 32 bytes in URL-safe base64; empty where a process has none."""
    key = os.environ.get(name, "")
    try:
        is_key = len(base64.urlsafe_b64decode(key)) in {0, 32}
    except ValueError:
        is_key = False
    if not is_key:
        refuse(name, "32 bytes in URL-safe base64 are expected.")
    return key


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words of a variable."""
    found = os.environ.get(name, default).split(",")
    return [word.strip() for word in found if word.strip()]


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for ``postgresql://user:password@host:port/name``.

    An empty variable gives an empty dict: commands that need no database still run.
    """
    url = os.environ.get(name, "")
    if not url:
        return {}
    parts = urlsplit(url)
    try:
        port = str(parts.port or "")
    except ValueError:
        refuse(name, "its port is no number.")
    if parts.scheme not in {"postgres", "postgresql"}:
        refuse(name, "postgresql://user:password@host:port/name is expected.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": port,
        "OPTIONS": {"connect_timeout": 5, **options},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer hands a transaction, not a session, to each client.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
