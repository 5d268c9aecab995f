"""Where a process finds its database and its Redis: URLs of the environment.

What their libraries would refuse with the first request is refused here, at the start.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg2
import redis
from psycopg2.extensions import parse_dsn

from vms_portal.environment import is_host, refuse

DATABASE_FORM = "postgresql://user:password@host:port/name is expected"
NO_HOST = "its host or its port is none"
REDIS_FORM = "redis://user:password@host:port/0 is expected"
# PostgreSQL cuts a longer name, and another database would be meant.
LONGEST_NAME = 63
# What may stand behind the question mark: numbers, yes or no,
# files, folders, and what libpq judges.
NUMBERS = {
    *("connect_timeout", "tcp_user_timeout", "keepalives"),
    *("keepalives_idle", "keepalives_interval", "keepalives_count"),
}
SWITCHES = {"sslsni", "sslcompression"}
FILES = {"sslrootcert", "sslcert", "sslkey", "sslcrl"}
FOLDERS = {"sslcrldir"}
JUDGED = {
    *("sslmode", "ssl_min_protocol_version", "ssl_max_protocol_version"),
    *("sslpassword", "channel_binding", "gssencmode"),
    *("target_session_attrs", "application_name", "options", "host"),
}
KNOWN = NUMBERS | SWITCHES | FILES | FOLDERS | JUDGED
# The same of Redis.
REDIS_FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
REDIS_FOLDERS = {"ssl_ca_path"}
# No text is one: refused by Python with the first connection.
NO_TEXT = {"ssl_min_version", "ssl_ocsp_context"}
# No server is asked: there is none in what is no directory.
NOWHERE = "/dev/null"
# What libpq says of options that do not go together.
UNFIT = {
    "invalid SSL protocol version range": "ssl_min_protocol_version is the newer one",
    **dict.fromkeys(
        (
            f'weak sslmode "{mode}" may not be used with sslrootcert=system'
            for mode in ("disable", "allow", "prefer", "require", "verify-ca")
        ),
        "sslrootcert=system wants sslmode=verify-full",
    ),
}


def database(name: str) -> dict[str, Any]:
    """Return Django's settings for ``postgresql://user:password@host:port/name``.

    An empty variable gives an empty dict: commands that need no database still run.
    """
    url = os.environ.get(name, "")
    if not url:
        return {}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        refuse(name, f"{NO_HOST}.")
    options = dict(parse_qsl(parts.query))
    if problem := _problem_of_database(url, options):
        refuse(name, f"{problem}.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database_name(url),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(port or ""),
        "OPTIONS": {"connect_timeout": 5, **options},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # PgBouncer hands a transaction, not a session, to each client.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def _database_name(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))


def _problem_of_database(url: str, options: Mapping[str, str]) -> str:
    """What is wrong with it; never its values, which may be secrets."""
    parts, database_name = urlsplit(url), _database_name(url)
    if parts.port == 0:
        return NO_HOST
    if parts.scheme not in {"postgres", "postgresql"}:
        return DATABASE_FORM
    if not database_name:
        return f"it names no database; {DATABASE_FORM}"
    if len(database_name.encode(errors="replace")) > LONGEST_NAME:
        return f"the name of a database has at most {LONGEST_NAME} bytes"
    unknown = set(options) - KNOWN
    if unknown or (parts.query and not options):
        return "what stands behind its ? is nothing a database is told"
    hosts = (options.get("host") or parts.hostname or "").split(",")
    if not all(host == "" or host[0] == "/" or is_host(host) for host in hosts):
        return NO_HOST
    return _problem_of_options(options) or _problem_of_libpq(url)


def _problem_of_options(options: Mapping[str, str]) -> str:
    """What libpq would find out with the first connection, or never."""
    for option, value in options.items():
        if option in NUMBERS and not re.fullmatch("[0-9]{1,9}", value):
            return f"{option} is a whole number"
        if option in SWITCHES and value not in {"0", "1"}:
            return f"{option} is 0 or 1"
    # Not a file but the certificates of the system.
    named = {k: v for k, v in options.items() if (k, v) != ("sslrootcert", "system")}
    return _missing(named, FILES, FOLDERS)


def _missing(options: Mapping[str, str], files: set[str], folders: set[str]) -> str:
    for option, value in options.items():
        try:
            if option in files and not Path(value).is_file():
                return f"there is no file where {option} says"
            if option in folders and not Path(value).is_dir():
                return f"there is no folder where {option} says"
        except (OSError, ValueError):
            return f"this process cannot look where {option} says"
    return ""


def _problem_of_libpq(url: str) -> str:
    try:
        parsed = parse_dsn(url)
    except (psycopg2.Error, UnicodeError):
        return DATABASE_FORM
    try:
        psycopg2.connect(**{**parsed, "host": NOWHERE, "port": "1"})
    except psycopg2.Error as error:
        if wrong := re.match(r'invalid "?(\w+)"? value', str(error)):
            return f"{wrong[1]} has a value that is none"
        return UNFIT.get(str(error).partition(" (")[0].strip(), "")
    return ""


def redis_url(*names: str) -> str:
    """Return the address of Redis: of the first of the variables that has one."""
    name = next((name for name in names if os.environ.get(name)), "")
    url = os.environ[name] if name else "redis://127.0.0.1:6379/0"
    try:
        parts = urlsplit(url)
        is_server = is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        is_server = False
    if not (
        is_server
        and parts.scheme in {"redis", "rediss"}
        and re.fullmatch(r"/?[0-9]{0,5}", parts.path)
        and not parts.fragment
    ):
        refuse(name, f"{REDIS_FORM}.")
    # Celery's name for it; Redis's own is known to both.
    url = re.sub(
        r"(?<=[?&]ssl_cert_reqs=)CERT_(NONE|OPTIONAL|REQUIRED)(?=&|$)",
        lambda match: match[1].lower(),
        url,
    )
    if problem := _missing(dict(parse_qsl(parts.query)), REDIS_FILES, REDIS_FOLDERS):
        refuse(name, f"{problem}.")
    if parts.query and not _is_about_tls(url):
        refuse(name, "behind its ? only ssl_ options of a rediss:// address may stand.")
    return url


def _is_about_tls(url: str) -> bool:
    """Whether queue and cache can take what stands behind the question mark."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "rediss" or not NO_TEXT.isdisjoint(options):
        return False
    if not all(key.startswith("ssl_") for key in options):
        return False
    try:
        redis.ConnectionPool.from_url(url).make_connection()
    except (TypeError, ValueError, redis.RedisError):
        return False
    return bool(options)
