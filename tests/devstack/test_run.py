"""bin/run from a fresh copy of the checkout, as a person would use it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from vms_portal.devstack.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (".venv", "var", "staticfiles", "tests", ".git", ".*_cache", "__pycache__")


class Checkout:
    """A copy of the sources in which bin/run is started and stopped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ports = {"VMS_PORT": free_port(), "VMS_BACKOFFICE_PORT": free_port()}
        self.output = path / "output"
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """What a person's shell has: nothing of this test run's servers."""
        ours = ("DATABASE_URL", "REDIS_URL", "VMS_", "SECRET_KEY", "DJANGO", "PYTEST")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        return kept | {k: str(v) for k, v in self.ports.items()}

    def start(self) -> float:
        """Start and wait for the address; return the seconds it took."""
        began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [self.path / "bin" / "run"],
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while "Ctrl+C stops" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() - began < 240, self.said()
            time.sleep(0.1)
        return time.monotonic() - began

    def said(self) -> str:
        return self.output.read_text()

    def refused(self) -> str:
        """Start it where it cannot work; return what it says."""
        done = subprocess.run(
            [self.path / "bin" / "run"],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 1, done.stdout
        return done.stderr

    def processes(self) -> set[int]:
        """Every running process that has to do with this copy, but the command."""
        found = set()
        command = self.process.pid if self.process else 0
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdecimal() and int(entry.name) != command:
                    text = (entry / "cmdline").read_bytes()
                    link = os.readlink(entry / "cwd")
                    if str(self.path).encode() in text or link == str(self.path):
                        found.add(int(entry.name))
        return found

    def stop(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Iterator[Checkout]:
    path = tmp_path_factory.mktemp("fresh") / "portal"
    shutil.copytree(ROOT, path, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (path / ".venv").symlink_to((ROOT / ".venv").resolve())
    copy = Checkout(path)
    yield copy
    if copy.process and copy.process.poll() is None:
        copy.stop(signal.SIGTERM)
    subprocess.run([path / "bin" / "reset"], env=copy.environment(), check=True)
    assert [left.name for left in (path / "var").iterdir()] == ["run"]
    assert [left.name for left in (path / "var" / "run").iterdir()] == ["lock"]


def gone(checkout: Checkout, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while checkout.processes():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_the_first_start_leads_to_an_address(checkout):
    checkout.start()
    for port in checkout.ports.values():
        with urllib.request.urlopen(f"http://localhost:{port}/readyz") as answer:
            assert answer.status == 200
    assert f"Open http://localhost:{checkout.ports['VMS_PORT']}" in checkout.said()
    office = f"back office: http://localhost:{checkout.ports['VMS_BACKOFFICE_PORT']}"
    assert office in checkout.said()
    assert len(checkout.processes()) > 5


def test_a_second_command_is_told(checkout):
    taken = checkout.refused()
    assert f"Port {checkout.ports['VMS_PORT']} is in use" in taken
    before, checkout.ports = checkout.ports, {"VMS_PORT": free_port()}
    checkout.ports["VMS_BACKOFFICE_PORT"] = free_port()
    assert "already runs" in checkout.refused()
    checkout.ports = before


def test_secrets_are_for_the_owner_only(checkout):
    secrets = list((checkout.path / "var" / "secrets").iterdir())
    assert secrets
    for path in secrets:
        assert path.stat().st_mode & 0o077 == 0, path
    for name in ("secrets", "log", "demo-mail", "files"):
        assert (checkout.path / "var" / name).stat().st_mode & 0o077 == 0, name


def environments(checkout: Checkout, word: str) -> list[str]:
    """What the programs know whose command line holds ``word``."""
    found = []
    for number in checkout.processes():
        entry = Path(f"/proc/{number}")
        with contextlib.suppress(OSError):
            if word in (entry / "cmdline").read_text().split("\0"):
                found.append((entry / "environ").read_text())
    assert found, word
    return found


def test_a_program_knows_its_own_secrets_only(checkout):
    for text in environments(checkout, "gunicorn"):
        assert "VMS_MFA_KEY=" in text
    for text in environments(checkout, "celery"):
        assert ("REDIS_URL_WORKER=" in text) != ("REDIS_URL_BEAT=" in text)
        for secret in (
            "VMS_MFA_KEY",
            "SECRET_KEY",
            "DATABASE_URL_OWNER",
            "DATABASE_URL_APP",
            "DATABASE_URL=",
            "REDIS_URL=",
        ):
            assert secret not in text
    for text in environments(checkout, "beat"):
        assert "REDIS_URL_BEAT=" in text
        assert "DATABASE" not in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_no_process(checkout, number):
    if checkout.process is None or checkout.process.poll() is not None:
        checkout.start()
    assert checkout.stop(number) == 0
    assert gone(checkout, 1), checkout.processes()


def test_a_second_start_takes_seconds_and_keeps_the_data(checkout):
    seconds = checkout.start()
    # Ten on a machine that does nothing else; tests run beside it.
    assert seconds < 20, checkout.said()
    for line in checkout.said().splitlines():
        if line.strip().startswith(("database schema", "static files")):
            assert "unchanged" in line
    assert "loaded" not in checkout.said()


def test_a_killed_command_leaves_no_process(checkout):
    if checkout.process is None or checkout.process.poll() is not None:
        checkout.start()
    assert checkout.stop(signal.SIGKILL) == -signal.SIGKILL
    assert gone(checkout, 20), checkout.processes()


def test_after_being_killed_it_starts_again(checkout):
    checkout.start()
    assert checkout.stop(signal.SIGTERM) == 0
