"""Child processes that never outlive the command that started them.

Each child leads its own process group, so a terminal's Ctrl+C reaches only the
command, which then stops the children in order. Should the command be killed
without a chance to do so, the kernel sends each child its stop signal.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .accounts import Account
from .ports import listens
from .problem import SetupProblem

PR_SET_PDEATHSIG = 1


def die_with_parent(stop_signal: int) -> Callable[[], None]:
    """What the child runs before its program: ask for a signal when we die."""
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, stop_signal, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


@dataclass
class Child:
    """A long-running program: its command line, log and way to stop it.

    ``orphan_signal`` is what it gets when we die before we could stop it, where
    that is another than ``stop_signal``.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    account: Account | None = None
    directory: Path = Path("/")
    stop_signal: int = signal.SIGTERM
    orphan_signal: int | None = None
    patience: float = 10.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _log_start: int = field(default=0, repr=False)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        options = self.account.popen_options() if self.account else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=self.directory,
                env=dict(self.environment) if self.environment is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # What it writes is for its own account.
                umask=0o077,
                preexec_fn=die_with_parent(self.orphan_signal or self.stop_signal),
                **options,
            )

    def logged(self, words: str) -> bool:
        """Has the program written these words since it was started?"""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return words.encode() in log.read()

    def listens(self, port: int) -> bool:
        return self.process is not None and listens(self.process.pid, port)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait for ``ready``; explain with the end of the log when it fails."""
        deadline = time.monotonic() + seconds
        # Alive first: what answers in the place of a dead program is another one.
        while not (self.alive and ready()):
            if not self.alive or time.monotonic() > deadline:
                raise SetupProblem(
                    f"{self.name} did not start. "
                    f"The end of {self.log}:\n\n{self.tail()}"
                )
            time.sleep(0.03)

    def tail(self, lines: int = 15) -> str:
        if not self.log.exists():
            return ""
        text = self.log.read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def ask_to_stop(self) -> None:
        if self.alive and self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Ask, wait, then end whatever is left of the process group."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None


def run(
    command: Sequence[object],
    *,
    problem: str,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    directory: Path = Path("/"),
    text_in: str | None = None,
) -> str:
    """Run a short program to its end; ``problem`` opens the sentence when it fails."""
    options = account.popen_options() if account else {}
    done = subprocess.run(
        [str(part) for part in command],
        env=dict(environment) if environment is not None else None,
        cwd=directory,
        input=text_in,
        stdin=None if text_in is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=die_with_parent(signal.SIGTERM),
        **options,
    )
    if done.returncode:
        detail = (done.stderr.strip() or done.stdout.strip())[-3000:]
        raise SetupProblem(f"{problem}\n\n{detail}")
    return done.stdout
