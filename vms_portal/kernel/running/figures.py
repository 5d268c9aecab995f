"""Files in which the workers of a web process add up their figures.

prometheus_client names them by the number of the process. Workers are replaced after
so many requests, and the files of those that ended would stay until the directory,
which lies in memory, is full. Here a worker goes on with the file of one that ended:
files are as many as workers, and no count begins anew.
"""

import fcntl
import os
from itertools import count
from pathlib import Path
from typing import IO

from prometheus_client import Counter as Counter
from prometheus_client import values

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


class Place:
    """The lowest number that no living process has.

    A lock on a file keeps it; the system lets go of it however the process ends.
    """

    def __init__(self) -> None:
        self._process, self._number = 0, 0
        self._lock: IO[bytes] | None = None

    def __call__(self) -> int:
        if self._process != os.getpid():
            # Also after a fork, which hands on the lock of the parent.
            self._process, self._number = os.getpid(), self._take()
        return self._number

    def _take(self) -> int:
        for number in count():
            lock = (Path(os.environ[DIRECTORY]) / f"place-{number}").open("ab")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
            else:
                self._lock = lock
                return number
        raise AssertionError("count() ends never")


# Before the first figure is made: gunicorn imports its worker, and so this, first.
if DIRECTORY in os.environ:
    values.ValueClass = values.MultiProcessValue(Place())
