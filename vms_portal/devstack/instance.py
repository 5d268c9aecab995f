"""One set of servers with its secrets: "run" for the demo, "test-N" for tests."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from . import provisioning, secrets_file
from .layout import VAR, make_var, server_home
from .postgres import Postgres
from .problem import SetupProblem
from .progress import Progress, Step
from .redis import Redis, require_answer
from .secrets_file import Passwords

DATABASE = "vms"
# What processes and commands write below ``var``, beside the folder with the lock.
WRITTEN = ("files", "demo-mail", "stamps", "secrets", "log")
# What each process signs and encrypts with.
KEYS = (
    "SECRET_KEY_PORTAL",
    "SECRET_KEY_BACKOFFICE",
    "VMS_RESET_KEY_PORTAL",
    "VMS_RESET_KEY_BACKOFFICE",
    "VMS_MFA_KEY",
    "VMS_DEMO_KEY",
)


class Instance:
    """Holds a lock for as long as it lives, so no two commands share servers."""

    def __init__(self, name: str, *, tests: bool) -> None:
        self.name, self.tests = name, tests
        self.var = VAR / name if tests else VAR
        self.logs = self.var / "log"
        self.home = server_home(name)
        self._lock: IO[str] | None = None
        self._servers: list[Postgres | Redis] = []
        self.passwords = Passwords(self.var / "secrets" / "passwords")
        self.environment: dict[str, str] = {}

    def lock(self) -> bool:
        """Take the instance; False when another command has it."""
        make_var(self.name)
        try:
            file = (VAR / self.name / "lock").open("a+")
        except OSError as error:
            raise SetupProblem(
                f"{VAR / self.name} is another account's ({error.strerror}). Run as "
                "that account, or remove the folder."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._lock = file
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return True

    def holder(self) -> str:
        return (VAR / self.name / "lock").read_text().strip()

    def start_servers(self, progress: Progress) -> None:
        """Start what DATABASE_URL and REDIS_URL do not name, then make the roles."""
        self._make_directories()
        url = os.environ.get("DATABASE_URL")
        with progress.step("PostgreSQL") as step:
            if url:
                provisioning.require_address(url)
                step.note = "DATABASE_URL is used"
                self.passwords = self._passwords_for(url)
            else:
                url = self._start_postgres(step)
            provisioning.provision(url, self.passwords, DATABASE, tests=self.tests)
        redis_url = os.environ.get("REDIS_URL")
        with progress.step("Redis") as step:
            if redis_url:
                require_answer(redis_url)
                step.note = "REDIS_URL is used"
            else:
                redis = Redis(self.home, self.passwords, durable=not self.tests)
                self._servers.append(redis)
                step.note = redis.start(self.logs / "redis.log")
                redis_url = redis.url
                # A test's processes share a database of Redis with the test.
                self.environment |= {} if self.tests else redis.urls
        self._publish(url, redis_url)

    def _start_postgres(self, step: Step) -> str:
        data = self.home / "postgres"
        if self.tests and data.exists() and "ADMIN" not in self.passwords:
            shutil.rmtree(data)
        postgres = Postgres(self.home, self.passwords, durable=not self.tests)
        self._servers.append(postgres)
        step.note = postgres.start(self.logs / "postgres.log")
        provisioning.seclude(postgres.url)
        return postgres.url

    def _passwords_for(self, url: str) -> Passwords:
        """Roles belong to the whole server: run and test must agree on them."""
        host = urlsplit(url)
        digest = hashlib.sha256(f"{host.hostname}:{host.port}".encode()).hexdigest()
        return Passwords(VAR / "secrets" / f"passwords-{digest[:12]}")

    def _make_directories(self) -> None:
        """Directories the server account must enter, whatever the umask says."""
        make_var()
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(parents=True, exist_ok=True)
            # They hold the demo's mails with their links.
            self.logs.chmod(0o700)
            for directory in [self.home, *self.home.parents]:
                if directory in (VAR.parent, Path("/var/lib")):
                    break
                directory.chmod(directory.stat().st_mode | 0o711)
        except OSError as error:
            raise SetupProblem(f"Cannot write to {error.filename}.") from error

    def _publish(self, url: str, redis_url: str) -> None:
        """Write ``secrets/environment``, which settings and children read."""
        self.environment |= provisioning.urls(
            url, self.passwords, DATABASE, tests=self.tests
        )
        self.environment |= {
            "REDIS_URL": redis_url,
            **{name: self.passwords.get(name) for name in KEYS},
            "VMS_VAR": str(self.var),
        }
        secrets_file.write(self.var / "secrets" / "environment", self.environment)

    def check_alive(self) -> None:
        for server in self._servers:
            if server.child and not server.child.alive:
                raise SetupProblem(
                    f"{server.child.name} ended by itself. The end of "
                    f"{server.child.log}:\n\n{server.child.tail()}"
                )

    def stop(self) -> None:
        """Stop the servers, the database last, and leave the lock."""
        for server in reversed(self._servers):
            server.stop()
        self._servers = []
        if self._lock:
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        """Delete the servers' data and everything the demo wrote.

        The lock stays, which this command holds, and so do the folders of the tests.
        """
        for path in (self.home, *(self.var / name for name in WRITTEN)):
            _remove(path)
        with contextlib.suppress(OSError):
            self.home.parent.rmdir()
        for path in (VAR / self.name).iterdir():
            if path.name != "lock":
                _remove(path)


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise SetupProblem(f"Cannot delete {path}: {error.strerror}.") from error
