"""Another process that holds what a service needs, and wants what it holds."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import OperationalError, connection


class Lock(NamedTuple):
    statement: str
    values: Sequence[Any] = ()


@contextmanager
def crossed(
    held: Lock, wanted: Lock | None, role: str = "vms_worker"
) -> Iterator[list[str]]:
    """Hold a lock, and want another one when what is inside waits for the first.

    Gives a list, which has what PostgreSQL said when it ended the other process.
    The test is ``transaction=True``. What is inside has to wait, and both locks to be
    of something: else nothing was crossed. Where none is wanted, it may not wait.
    """
    ended: list[str] = []
    crossings: list[str] = []
    over = threading.Event()
    link = connection.copy()
    link.set_autocommit(False)
    link.inc_thread_sharing()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        waiting = cursor.fetchone()[0]

    def cross() -> None:
        try:
            if _waits(waiting, over):
                crossings.append(_lock(link, wanted) if wanted else "waited")
        except OperationalError as error:
            crossings.append("")
            ended.append(str(error))
        finally:
            link.rollback()

    with link.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        cursor.execute("SELECT set_config('app.scope', 'system', true)")
    missed = _lock(link, held)
    thread = threading.Thread(target=cross)
    thread.start()
    try:
        yield ended
    finally:
        over.set()
        thread.join()
        link.close()
    expected = [] if wanted is None else [""]
    assert (missed, crossings) == ("", expected), f"{missed=} {crossings=}"


def _lock(link: Any, lock: Lock) -> str:
    """Take the lock; return what it is not there of."""
    with link.cursor() as cursor:
        cursor.execute(*lock)
        return "" if cursor.rowcount else f"{lock.statement} {lock.values}"


def _waits(process: int, over: threading.Event) -> bool:
    """It holds the first once it waits for the second.

    By its process: what waits in another database is listed too, and whoever
    waits before it does is not the one that PostgreSQL ends.
    """
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = %s)"
    try:
        while not over.wait(0.01):
            with connection.cursor() as cursor:
                cursor.execute(waits, [process])
                if cursor.fetchone()[0]:
                    return True
        return False
    finally:
        connection.close()
