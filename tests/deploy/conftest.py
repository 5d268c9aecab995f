"""The production commands, on the test database and through a real pool."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tests.support.redis_databases import redis_url
from vms_portal.devstack.accounts import server_account
from vms_portal.devstack.packages import find_pgbouncer
from vms_portal.devstack.ports import LOOPBACK, accepts, free_port
from vms_portal.devstack.processes import Child

ROOT = Path(__file__).resolve().parents[2]
ENTRYPOINT = ROOT / "deploy" / "entrypoint.sh"
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
# A secret's file, and the variable that names it.
GIVEN = {
    "secret_key_portal": "SECRET_KEY_PORTAL",
    "secret_key_portal_fallbacks": "SECRET_KEY_PORTAL_FALLBACKS",
    "secret_key_backoffice": "SECRET_KEY_BACKOFFICE",
    "secret_key_backoffice_fallbacks": "SECRET_KEY_BACKOFFICE_FALLBACKS",
    "reset_key_portal": "VMS_RESET_KEY_PORTAL",
    "reset_key_backoffice": "VMS_RESET_KEY_BACKOFFICE",
    "mfa_key": "VMS_MFA_KEY",
}
ROLES = ("OWNER", "APP", "STAFF", "WORKER", "NETWORK", "BACKUP")


def password(role: str) -> str:
    return unquote(urlsplit(os.environ[f"DATABASE_URL_{role}"]).password or "")


@pytest.fixture(scope="session")
def secret_files() -> Iterator[Path]:
    """Secrets as Docker mounts them: one file each, readable by the processes."""
    directory = Path(tempfile.mkdtemp(prefix="vms-secrets-"))
    values = {f"{role.lower()}_password": password(role) for role in ROLES}
    values["email_password"] = "correct horse"
    values |= {name: os.environ.get(variable, "") for name, variable in GIVEN.items()}
    values["database_url"] = os.environ["DATABASE_URL"]
    account = server_account()
    for name, value in values.items():
        (directory / name).write_text(value + "\n")
    for path in (directory, *directory.iterdir()):
        if account:
            account.own(path)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def pool(secret_files: Path) -> Iterator[int]:
    """deploy/pgbouncer.sh, started; its port."""
    server, port = urlsplit(os.environ["DATABASE_URL_APP"]), free_port()
    account = server_account()
    directory = Path(tempfile.mkdtemp(prefix="vms-pool-"))
    if account:
        account.own(directory)
    program = find_pgbouncer()
    assert program, "pgbouncer is not installed"
    # A copy, because the account may not be able to enter the checkout.
    script = Path(shutil.copy(ROOT / "deploy" / "pgbouncer.sh", secret_files))
    script.chmod(0o755)
    environment = {
        "PATH": f"/usr/bin:/bin:{Path(program).parent}",
        "PORT": str(port),
        "VMS_PGBOUNCER_ADDRESS": LOOPBACK,
        "VMS_PGBOUNCER_DIRECTORY": str(directory),
        "VMS_POSTGRES_HOST": server.hostname or "",
        "VMS_POSTGRES_PORT": str(server.port or 5432),
    }
    for role in ("APP", "STAFF", "WORKER"):
        file = secret_files / f"{role.lower()}_password"
        environment[f"VMS_PASSWORD_{role}_FILE"] = str(file)
    child = Child(
        "pool",
        [str(script)],
        directory / "log",
        environment=environment,
        account=account,
    )
    child.start()
    try:
        child.wait_until(lambda: accepts(port), seconds=10)
        yield port
    finally:
        child.stop()
        shutil.rmtree(directory)


@pytest.fixture
def image_process(
    secret_files: Path, pool: int, test_database_name: str, tmp_path: Path
) -> Iterator[Callable[..., Child]]:
    """Start a command of the image with the secrets its service is given."""
    children = []

    def start(command: str, *roles: str, direct: bool = False, **more: str) -> Child:
        server = urlsplit(os.environ["DATABASE_URL_APP"])
        address = f"{server.hostname}:{server.port}" if direct else f"{LOOPBACK}:{pool}"
        environment = {
            "PATH": f"{ROOT / '.venv/bin'}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
            "VMS_VAR": str(tmp_path),
            "VMS_BIND": LOOPBACK,
            "VMS_DATABASE_HOST": address,
            "VMS_DATABASE_NAME": test_database_name,
            "VMS_STATIC_ROOT": os.environ["VMS_STATIC_ROOT"],
            "REDIS_URL": redis_url("image"),
            "VMS_EMAIL_HOST": LOOPBACK,
            **more,
        }
        for name in SERVICES.get(command, {}).get("secrets", ()):
            variable = {**GIVEN, "email_password": "VMS_EMAIL_PASSWORD"}.get(name)
            if variable:
                environment[f"{variable}_FILE"] = str(secret_files / name)
        for role in roles:
            file = secret_files / f"{role.lower()}_password"
            environment[f"VMS_PASSWORD_{role}_FILE"] = str(file)
        child = Child(
            command,
            [str(ENTRYPOINT), *command.split()],
            tmp_path / f"{command.split()[0]}.log",
            environment=environment,
        )
        child.start()
        children.append(child)
        return child

    yield start
    for child in reversed(children):
        child.stop()
