"""Keeps the application's processes running, and stops them in order."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

from .problem import SetupProblem
from .processes import Child
from .progress import say

RESTARTS_PER_MINUTE = 5


class StopRequested(BaseException):
    """Ctrl+C, SIGTERM or a closed terminal. Not an Exception: no step swallows it."""


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the first stop signal into StopRequested; ignore the impatient rest.

    The handlers are set even when the shell started us with SIGINT ignored, as
    it does for background jobs.
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        for number in stops:
            signal.signal(number, signal.SIG_IGN)
        raise StopRequested

    stops = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in stops}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """``held_up`` says whether a server is away that the children cannot do without.

    The worker ends when Redis goes. Meanwhile it is left alone, and that it ended is
    not held against it: starting it over and over would only look like a fault of it.
    """

    def __init__(self, held_up: Callable[[], bool] = lambda: False) -> None:
        self.children: list[Child] = []
        self.held_up = held_up
        self._restarts: dict[str, list[float]] = {}
        self._waiting: set[str] = set()

    def start(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def watch(self, check: Callable[[], None]) -> None:
        """Until a signal comes: restart what ends, and ask ``check`` about the rest."""
        while True:
            time.sleep(0.5)
            check()
            for child in self.children:
                if not child.alive:
                    self._restart(child)

    def _restart(self, child: Child) -> None:
        if self.held_up():
            if child.name not in self._waiting:
                say(f"  {child.name} ended, because a server it needs does not answer")
            self._waiting.add(child.name)
            self._restarts.pop(child.name, None)
            return
        self._waiting.discard(child.name)
        now = time.monotonic()
        recent = [t for t in self._restarts.get(child.name, []) if now - t < 60]
        if len(recent) >= RESTARTS_PER_MINUTE:
            raise SetupProblem(
                f"{child.name} keeps ending. The end of {child.log}:\n\n{child.tail()}"
            )
        self._restarts[child.name] = [*recent, now]
        say(f"  {child.name} ended and is started again (see {child.log})")
        child.stop()
        child.start()

    def stop(self) -> None:
        """Ask all at once, the last started first, then wait for each."""
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop()
        self.children = []
