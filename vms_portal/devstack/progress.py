"""What the person sees while the set-up works: one line per step, with its time."""

import contextlib
import sys
import time
from collections.abc import Iterator


def say(text: str = "", end: str = "\n") -> None:
    """Print a line; a reader that went away (``| head``) must not stop the set-up."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(text + end)
        sys.stdout.flush()


class Step:
    """A step in progress; ``note`` is shown behind its name when it ends."""

    def __init__(self) -> None:
        self.note = "ready"


class Progress:
    def __init__(self, title: str) -> None:
        self._started = time.monotonic()
        say(title)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        began = time.monotonic()
        step = Step()
        say(f"  {name:<22} ", end="")
        try:
            yield step
        except BaseException:
            say("stopped")
            raise
        say(f"{step.note:<44} {time.monotonic() - began:6.1f} s")
