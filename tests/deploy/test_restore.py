"""A backup is worth what can be restored from it, by the lines of the manual."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import pytest
from django.db import transaction

from tenants.audit.record import record
from tests.support.databases import with_name
from vms_portal.devstack import provisioning
from vms_portal.devstack.postgres import find_binaries

ROOT = Path(__file__).resolve().parents[2]
RESTORED = f"vms_test_restored_{os.getpid()}"
COUNTS = """
SELECT string_agg(format('SELECT %L, count(*) FROM %I', relname, relname), ' UNION ALL '
                  ORDER BY relname)
  FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
"""


def manual(program: str) -> list[str]:
    """The options that the manual gives a program, joined over its lines."""
    text = (ROOT / "docs" / "operations.md").read_text().replace("\\\n", " ")
    (line,) = re.findall(rf"(?m)^.*\b{program} (-h localhost .*)$", text)
    return re.split(r"\s[<>|]", line)[0].split()


def run(
    program: str,
    database: str,
    role: str,
    *,
    stdin: IO[bytes] | None = None,
    stdout: IO[bytes] | None = None,
) -> None:
    """Run the manual's line with this machine's address in the place of its own."""
    server = urlsplit(with_name(os.environ[role], database))
    options = manual(program)
    for name, value in {
        "-h": server.hostname,
        "-U": server.username,
        "-d": database,
    }.items():
        options[options.index(name) + 1] = str(value)
    done = subprocess.run(
        [f"{find_binaries()}/{program}", "-p", str(server.port), *options],
        env={**os.environ, "PGPASSWORD": unquote(server.password or "")},
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )
    assert done.returncode == 0, done.stderr.decode()


def counts(database: str) -> str:
    url = os.environ["DATABASE_URL"]
    sql = provisioning.psql(url, COUNTS, within=database)
    return provisioning.psql(url, sql, within=database)


@pytest.fixture
def restored(test_database_name: str, tmp_path: Path, viewer) -> Iterator[str]:
    for _ in range(3):
        with transaction.atomic():
            record(actor=viewer, action="token.created", target=viewer)
    url, dump = os.environ["DATABASE_URL"], tmp_path / "dump"
    with dump.open("wb") as file:
        run("pg_dump", test_database_name, "DATABASE_URL_BACKUP", stdout=file)
    owner, roles = provisioning.OWNER, [provisioning.OWNER, *provisioning.PROCESS_ROLES]
    rights = provisioning.RIGHTS_SQL + provisioning._rights(roles, RESTORED)
    provisioning.psql(url, provisioning.DATABASE_SQL, owner=owner, database=RESTORED)
    provisioning.psql(url, rights, within=RESTORED, database=RESTORED)
    try:
        with dump.open("rb") as file:
            run("pg_restore", RESTORED, "DATABASE_URL", stdin=file)
        yield RESTORED
    finally:
        provisioning.drop(url, RESTORED)


@pytest.mark.django_db(transaction=True)
def test_what_was_dumped_is_there_again(restored, test_database_name):
    before = counts(test_database_name)
    assert "tenants_auditevent|3" in before.replace("\t", "|")
    assert counts(restored) == before
    environment = {
        **os.environ,
        "VMS_PROCESS": "worker",
        "DATABASE_URL_WORKER": with_name(os.environ["DATABASE_URL_WORKER"], restored),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "3 events in" in done.stdout, done.stderr
    # Row security came along: without a customer the portal sees none.
    app = with_name(os.environ["DATABASE_URL_APP"], restored)
    seen = provisioning.psql(app, "SELECT count(*) FROM tenants_member")
    assert seen.strip() == "0"
