"""A private PostgreSQL server as a child process."""

import glob
import os
import shutil
import signal
import time
from pathlib import Path
from urllib.parse import quote

from .accounts import server_account
from .layout import VAR
from .needs import ordinary
from .ports import LOOPBACK, free_port
from .problem import SetupProblem
from .processes import Child, run
from .secrets_file import Passwords

ADMIN = "vms_admin"
OLDEST = 15
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # No socket file: its path may be at most 107 bytes, a checkout's can be longer.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def find_binaries(major: int | None = None) -> Path | None:
    """The directory of ``initdb`` and ``postgres``: the newest, or one version."""
    by_major = {}
    for directory in map(Path, glob.glob("/usr/lib/postgresql/*/bin")):
        name = directory.parent.name
        if name.isdecimal() and (directory / "initdb").exists():
            by_major[int(name)] = directory
    if major is not None:
        return by_major.get(major)
    newest = max(by_major, default=0)
    if newest >= OLDEST:
        return by_major[newest]
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Postgres:
    """One cluster: made when missing, started, and stopped with its command.

    ``durable`` is off for tests only: they may lose their data in a power cut.
    """

    def __init__(self, home: Path, passwords: Passwords, *, durable: bool) -> None:
        self.home, self.data = home, home / "postgres"
        self.durable, self._passwords = durable, passwords
        self.port = 0
        self.account = server_account()
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """The provisioning connection."""
        password = quote(self._passwords.get("ADMIN"), safe="")
        return f"postgres://{ADMIN}:{password}@{LOOPBACK}:{self.port}/postgres"

    def start(self, log: Path) -> str:
        made = not (self.data / "PG_VERSION").exists()
        if not made and "ADMIN" not in self._passwords:
            raise SetupProblem(
                "The passwords of the private database are gone. "
                "Start the demo over with bin/reset."
            )
        binaries = self._binaries()
        if made:
            self._make(binaries)
        self._end_leftover()
        port_file = self.home / "port"
        before = int(port_file.read_text()) if port_file.exists() else None
        self.port = free_port(before)
        port_file.write_text(str(self.port))
        self._launch(binaries, log)
        return (
            f"{'made and ' if made else ''}started on port {self.port}{self._where()}"
        )

    def _where(self) -> str:
        return "" if VAR in self.home.parents else f", data in {self.home}"

    def _binaries(self) -> Path:
        version = self.data / "PG_VERSION"
        major = int(version.read_text()) if version.exists() else None
        binaries = find_binaries(major)
        if binaries is None:
            raise SetupProblem(
                f"PostgreSQL {major or OLDEST} is not installed"
                + (
                    f", but {self.data} was made by it; bin/reset starts over."
                    * bool(major)
                )
            )
        return binaries

    def _make(self, binaries: Path) -> None:
        # What an interrupted initdb left behind is of no use.
        shutil.rmtree(self.data, ignore_errors=True)
        self.home.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700)
        word = self.home / "initdb-password"
        word.write_text(self._passwords.get("ADMIN"))
        word.chmod(0o600)
        if self.account:
            self.account.own(self.data)
            self.account.own(word)
        try:
            run(
                [
                    *[binaries / "initdb", "-D", self.data, "-U", ADMIN],
                    *["--pwfile", word, "--auth", "scram-sha-256"],
                    *["--encoding", "UTF8", "--locale", "C.UTF-8"],
                    *["--locale-provider", "icu", "--icu-locale", "fr-BE"],
                    "--no-sync",
                ],
                problem="initdb could not make the private database.",
                account=self.account,
            )
        except SetupProblem:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        finally:
            word.unlink()

    def _launch(self, binaries: Path, log: Path) -> None:
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        options = [part for k, v in settings.items() for part in ("-c", f"{k}={v}")]
        self.child = Child(
            name="PostgreSQL",
            command=[
                str(binaries / "postgres"),
                *["-D", str(self.data), "-p", str(self.port), *options],
            ],
            log=log,
            environment=ordinary(),
            account=self.account,
            # Fast shutdown: SIGTERM would wait for clients to leave.
            stop_signal=signal.SIGINT,
            patience=20,
        )
        self.child.start()
        probe = [binaries / "pg_isready", "-q", "-h", LOOPBACK, "-p", self.port]
        child = self.child
        child.wait_until(
            lambda: child.listens(self.port) and _succeeds(probe), seconds=60
        )

    def _end_leftover(self) -> None:
        """A killed command's server may still be closing its files: let it end.

        Only the holder of the instance's lock comes here, so a server that still
        runs on this data directory belongs to nobody.
        """
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().splitlines()[0])
        for stop in (signal.SIGINT, signal.SIGQUIT):
            if not self._is_ours(pid):
                pid_file.unlink(missing_ok=True)
                return
            os.kill(pid, stop)
            deadline = time.monotonic() + 10
            while self._is_ours(pid) and time.monotonic() < deadline:
                time.sleep(0.1)

    def _is_ours(self, pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self.data).encode() in command

    def stop(self) -> None:
        if self.child:
            self.child.stop()


def _succeeds(command: list[object]) -> bool:
    try:
        run(command, problem="")
    except SetupProblem:
        return False
    return True
