"""Another process that holds what a service needs, and wants what it holds."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import OperationalError, connection


class Lock(NamedTuple):
    statement: str
    values: Sequence[Any] = ()


@contextmanager
def crossed(held: Lock, wanted: Lock, role: str = "vms_worker") -> Iterator[list[str]]:
    """Hold a lock, and want another one when what is inside waits for the first.

    Gives a list, which has what PostgreSQL said when it ended the other process.
    The test is ``transaction=True``.
    """
    ended: list[str] = []
    link = connection.copy()
    link.set_autocommit(False)
    link.inc_thread_sharing()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        waiting = cursor.fetchone()[0]

    def cross() -> None:
        try:
            _wait_for(waiting)
            with link.cursor() as cursor:
                cursor.execute(*wanted)
        except OperationalError as error:
            ended.append(str(error))
        finally:
            link.rollback()

    with link.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        cursor.execute("SELECT set_config('app.scope', 'system', true)")
        cursor.execute(*held)
    thread = threading.Thread(target=cross)
    thread.start()
    try:
        yield ended
    finally:
        thread.join()
        link.close()


def _wait_for(process: int) -> None:
    """It holds the first once it waits for the second.

    By its process: what waits in another database is listed too, and whoever
    waits before it does is not the one that PostgreSQL ends.
    """
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = %s)"
    try:
        for _attempt in range(500):
            with connection.cursor() as cursor:
                cursor.execute(waits, [process])
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.01)
    finally:
        connection.close()
