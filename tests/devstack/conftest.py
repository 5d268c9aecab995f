"""What the tests of the set-up share."""

import os
from pathlib import Path

import pytest

from vms_portal.devstack import secrets_file
from vms_portal.devstack.postgres import Postgres


@pytest.fixture
def fresh_server(tmp_path_factory, monkeypatch):
    """A cluster of its own, because the tests change roles."""
    for name in [name for name in os.environ if name.startswith("DATABASE_URL")]:
        monkeypatch.delenv(name)
    import shutil
    import tempfile

    home = Path(tempfile.mkdtemp(prefix="vms-postgres-"))
    home.chmod(0o711)
    passwords = secrets_file.Passwords(home / "secrets" / "passwords")
    server = Postgres(home, passwords, durable=False)
    server.start(home / "log")
    yield server, passwords
    server.stop()
    shutil.rmtree(home)
