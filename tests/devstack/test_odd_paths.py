"""The private servers start wherever the checkout lies."""

import shutil
import tempfile
from pathlib import Path

import pytest

from vms_portal.devstack.postgres import Postgres
from vms_portal.devstack.redis import Redis
from vms_portal.devstack.secrets_file import Passwords

NAMES = ["two words", "o'clock", 'a "b" \\n é', "50% $HOME #1", "tab\there"]


@pytest.fixture(params=NAMES)
def home(request):
    """Below /tmp: the account of the servers cannot enter pytest's own directories."""
    above = Path(tempfile.mkdtemp())
    above.chmod(0o755)
    found = above / request.param
    found.mkdir()
    yield found
    shutil.rmtree(above)


@pytest.mark.parametrize("server_class", [Redis, Postgres])
def test_a_server_starts_below_any_name(home, server_class, tmp_path):
    passwords = Passwords(tmp_path / "passwords")
    server = server_class(home, passwords, durable=False)
    try:
        assert "started" in server.start(tmp_path / "log")
    finally:
        server.stop()
