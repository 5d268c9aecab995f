"""psql, as provisioning calls it: one script at a time, and one provisioner."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from .postgres import find_binaries
from .problem import SetupProblem
from .processes import run

# Of the whole server, and so of whoever provisions: two at once would write the same
# rows. Free again when its session ends.
TURN_SQL = "SET lock_timeout = '2min'; SELECT 'ours' FROM pg_advisory_lock(7259);\n"
TURN_SECONDS = 150.0
# What an address tells in front of its question mark, and a secret: everybody on the
# machine sees a command line.
NOT_OPTIONS = {
    *("user", "password", "port", "dbname", "hostaddr", "service", "sslpassword")
}


def _path() -> str:
    """psql of the newest installed PostgreSQL, not Debian's version-picking wrapper."""
    binaries = find_binaries()
    if binaries and (binaries / "psql").exists():
        return str(binaries / "psql")
    path = shutil.which("psql")
    if path is None:
        raise SetupProblem("psql is not installed: apt-get install postgresql-client.")
    return path


def call(url: str, within: str | None = None) -> tuple[list[str], dict[str, str]]:
    """Command and environment; the password is never on the command line."""
    parts, options = urlsplit(url), _options(url)
    environment = (
        {"PGCONNECT_TIMEOUT": "10"}
        | os.environ
        | {
            "PGHOST": options.get("host") or parts.hostname or "",
            "PGPORT": str(parts.port or 5432),
            "PGUSER": unquote(parts.username or ""),
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": within or parts.path.lstrip("/") or "postgres",
            "PGOPTIONS": "-c client_min_messages=warning",
        }
    )
    command = [_path(), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    if options:
        command += ["-d", " ".join(f"{k}={_quoted(v)}" for k, v in options.items())]
    return command, environment


def _options(url: str) -> dict[str, str]:
    """What stands behind the question mark, TLS among it, for libpq to judge."""
    options = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    for name, value in options.items():
        is_name = re.fullmatch("[a-z_]+", name) and name not in NOT_OPTIONS
        if not is_name or "\0" in value:
            raise SetupProblem(
                "DATABASE_URL: what stands behind its ? cannot be handed to psql; "
                "options of libpq without a secret are expected."
            )
    return options


def _quoted(value: str) -> str:
    """As a value in a connection string of libpq."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _refusal(environment: dict[str, str]) -> str:
    where = f"{environment['PGHOST']}:{environment['PGPORT']}"
    return f"The database at {where}/{environment['PGDATABASE']} refused."


def psql(url: str, sql: str, *, within: str | None = None, **values: str) -> str:
    """Run a script."""
    command, environment = call(url, within)
    for key, value in values.items():
        command += ["-v", f"{key}={value}"]
    return run(
        command, problem=_refusal(environment), environment=environment, text_in=sql
    )


@contextmanager
def in_turn(url: str) -> Iterator[None]:
    """Nobody else provisions meanwhile over this connection's database."""
    command, environment = call(url)
    with (
        # Beside the answer: the server may warn before it, of a collation say.
        tempfile.TemporaryFile("w+") as warnings,
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=warnings,
            text=True,
        ) as holder,
    ):
        if not _is_ours(holder):
            warnings.seek(0)
            told = warnings.read() or f"No answer in {TURN_SECONDS:.0f} seconds."
            raise SetupProblem(f"{_refusal(environment)}\n\n{told}")
        yield


def _is_ours(holder: subprocess.Popen[str]) -> bool:
    """Wait for the turn; without one, the program has ended."""
    asks, says = cast(IO[str], holder.stdin), cast(IO[str], holder.stdout)
    patience = threading.Timer(TURN_SECONDS, holder.kill)
    patience.start()
    try:
        with suppress(BrokenPipeError):
            asks.write(TURN_SQL)
            asks.flush()
        if any(line.strip() == "ours" for line in says):
            return True
        with suppress(BrokenPipeError):
            asks.close()
        holder.wait()
        return False
    finally:
        patience.cancel()
