"""Doing things at the same time. The test is ``transaction=True``."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Start all acts together; return what each returned or raised, in order.

    Clients in them find the settings they want, or they take them from each other.
    """
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def somebody_waits() -> bool:
    """Does a session of this database wait for a lock?"""
    with connection.cursor() as cursor:
        # A transaction sees the sessions there were when it first asked.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE NOT granted AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def while_waiting(
    lock: Callable[[], Any], meanwhile: Callable[[], Any], act: Callable[[], Any]
) -> Any:
    """Return what ``act`` does that waits for ``lock`` while ``meanwhile`` happens."""
    held = threading.Event()

    def hold() -> bool:
        with transaction.atomic():
            lock()
            held.set()
            waited = _waited()
            meanwhile()
            return waited

    def begin() -> Any:
        held.wait(5)
        return act()

    waited, done = at_once(hold, begin)
    assert waited is True, (waited, done)
    return done


def _waited() -> bool:
    for _attempt in range(600):
        if somebody_waits():
            return True
        time.sleep(0.01)
    return False
