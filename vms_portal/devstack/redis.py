"""A private Redis server as a child process."""

import shutil
import socket
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .accounts import server_account
from .layout import ROOT
from .needs import ordinary
from .ports import LOOPBACK, free_port
from .problem import SetupProblem
from .processes import Child
from .secrets_file import Passwords

ACL = ROOT / "deploy" / "redis.acl"
USERS = ("portal", "backoffice", "beat", "worker", "network")


class Redis:
    """One server, with a password and its configuration in its own directory."""

    def __init__(self, home: Path, passwords: Passwords, *, durable: bool) -> None:
        self.directory = home / "redis"
        self.durable, self._passwords = durable, passwords
        self.port = 0
        self.account = server_account()
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """Of who may everything: the tests, which look at all of it."""
        return f"redis://:{self._passwords.get('REDIS')}@{LOOPBACK}:{self.port}/0"

    @property
    def urls(self) -> dict[str, str]:
        """``REDIS_URL_...`` of each process, as its own user."""
        at = f"{LOOPBACK}:{self.port}/0"
        return {
            f"REDIS_URL_{user.upper()}": f"redis://{user}:{self._password(user)}@{at}"
            for user in USERS
        }

    def _password(self, user: str) -> str:
        return self._passwords.get(f"REDIS_{user.upper()}")

    def _users(self) -> str:
        """The users of production, with the passwords of this server."""
        lines = [line for line in ACL.read_text().splitlines() if line[:1] != "#"]
        text = "\n".join(lines)
        for user in USERS:
            text = text.replace(f"PASSWORD_{user.upper()}", self._password(user))
        return text + "\n"

    def start(self, log: Path) -> str:
        program = shutil.which("redis-server")
        if program is None:
            raise SetupProblem("redis-server is not installed.")
        self.directory.mkdir(parents=True, exist_ok=True)
        port_file = self.directory.parent / "redis-port"
        before = int(port_file.read_text()) if port_file.exists() else None
        self.port = free_port(before)
        port_file.write_text(str(self.port))
        self.child = Child(
            name="Redis",
            command=[program, str(self._configure())],
            log=log,
            environment=ordinary(),
            account=self.account,
        )
        self.child.start()
        child = self.child
        child.wait_until(lambda: child.listens(self.port), seconds=20)
        return f"started on port {self.port}"

    def _configure(self) -> Path:
        """The password goes into a file: a command line is readable by everyone."""
        path = self.directory / "redis.conf"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        save = "300 1" if self.durable else '""'
        path.write_text(
            f"port {self.port}\n"
            f"bind {LOOPBACK}\n"
            f"requirepass {self._passwords.get('REDIS')}\n"
            f"{self._users()}"
            f"dir {_quoted(self.directory)}\n"
            f"save {save}\n"
            "appendonly no\n"
            "databases 64\n"
        )
        if self.account:
            self.account.own(self.directory)
            self.account.own(path)
        return path

    def stop(self) -> None:
        if self.child:
            self.child.stop()


def _quoted(path: Path) -> str:
    """Return the path as one word of redis.conf, spaces and quotes included."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def answers(url: str) -> bool:
    """Does it do its work, not only accept connections (as while it loads)?"""
    parts = urlsplit(url)
    who = f"{unquote(parts.username or '')} {unquote(parts.password or '')}".strip()
    command = f"AUTH {who}\r\nPING\r\n" if who else "PING\r\n"
    try:
        with socket.create_connection(
            (parts.hostname or "localhost", parts.port or 6379), 1
        ) as line:
            line.sendall(command.encode())
            said = b""
            while b"PONG" not in said and (more := line.recv(1024)):
                said += more
                if b"-" in said:
                    return False
            return b"PONG" in said
    except OSError:
        return False


def require_answer(url: str) -> None:
    """Refuse a REDIS_URL at which nothing listens, before the worker waits for it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "localhost", parts.port or 6379
    except ValueError as error:
        raise SetupProblem(
            "REDIS_URL: redis://user:password@host:port/0 is expected."
        ) from error
    try:
        socket.create_connection((host, port), 3).close()
    except OSError as error:
        raise SetupProblem(
            f"REDIS_URL names {host}:{port}, where nothing answers "
            f"({error.strerror or error}). Start Redis there, or leave REDIS_URL out."
        ) from error
