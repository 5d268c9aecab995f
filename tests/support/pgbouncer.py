"""A real PgBouncer in transaction mode before the test database.

``pgbouncer("vms_app")`` is the URL of this worker's test database for a role,
through the pool. The pool holds one server connection for each role, so every
client meets what the one before it left behind.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from vms_portal.devstack.accounts import server_account
from vms_portal.devstack.packages import find_pgbouncer
from vms_portal.devstack.ports import LOOPBACK, accepts, free_port
from vms_portal.devstack.processes import Child
from vms_portal.devstack.provisioning import role_url

ROLES = ("app", "staff", "worker", "network")


def _passwords() -> dict[str, str]:
    """The roles' passwords, from the URLs the test run was given."""
    urls = [urlsplit(os.environ[f"DATABASE_URL_{role.upper()}"]) for role in ROLES]
    return {url.username or "": unquote(url.password or "") for url in urls}


def _configure(directory: Path, port: int, passwords: dict[str, str]) -> Path:
    server = urlsplit(os.environ["DATABASE_URL_APP"])
    users = directory / "users.txt"
    users.write_text("".join(f'"{k}" "{v}"\n' for k, v in passwords.items()))
    file = directory / "pgbouncer.ini"
    file.write_text(
        "[databases]\n"
        f"* = host={server.hostname} port={server.port or 5432}\n"
        "[pgbouncer]\n"
        f"listen_addr = {LOOPBACK}\n"
        f"listen_port = {port}\n"
        "unix_socket_dir =\n"
        "pool_mode = transaction\n"
        "default_pool_size = 1\n"
        "auth_type = scram-sha-256\n"
        f"auth_file = {users}\n"
    )
    return file


@pytest.fixture(scope="session")
def pgbouncer(test_database_name: str) -> Iterator[Callable[[str], str]]:
    program = find_pgbouncer()
    assert program, "pgbouncer is not installed"
    account, port, passwords = server_account(), free_port(), _passwords()
    # Not pytest's own directory: the account PgBouncer needs may not enter it.
    directory = Path(tempfile.mkdtemp(prefix="vms-pgbouncer-"))
    file = _configure(directory, port, passwords)
    if account:
        for path in (directory, *directory.iterdir()):
            account.own(path)
    child = Child("PgBouncer", [program, str(file)], directory / "log", account=account)
    child.start()
    try:
        child.wait_until(lambda: accepts(port), seconds=10)
        before = f"postgres://{LOOPBACK}:{port}/"
        yield lambda role: role_url(before, role, passwords[role], test_database_name)
    finally:
        child.stop()
        shutil.rmtree(directory)
