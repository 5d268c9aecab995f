"""Doing things at the same time. The test is ``transaction=True``."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection, transaction

# Seconds in which acts that wait for each other are done, on the slowest machine.
LONGEST = 120


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

    threads = [
        threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
        assert not thread.is_alive(), f"It waits for something: {results}"
    return results


def somebody_waits(many: int = 1) -> bool:
    """Do as many sessions of this database wait for a lock?"""
    with connection.cursor() as cursor:
        # A transaction sees the sessions there were when it first asked.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(DISTINCT pid) "
            "FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE NOT granted AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0] >= many)


def while_waiting(
    lock: Callable[[], Any], meanwhile: Callable[[], Any], act: Callable[[], Any]
) -> Any:
    """Return what ``act`` does that waits for ``lock`` while ``meanwhile`` happens."""
    (done,) = all_waiting(lock, meanwhile, act)
    return done


def all_waiting(
    lock: Callable[[], Any], meanwhile: Callable[[], Any], *acts: Callable[[], Any]
) -> list[Any]:
    """The same of acts that wait at the same time, for ``lock`` or for each other."""
    held = threading.Event()

    def hold() -> bool:
        with transaction.atomic():
            lock()
            held.set()
            waited = _waited(len(acts))
            meanwhile()
            return waited

    def begin(act: Callable[[], Any]) -> Any:
        held.wait(5)
        return act()

    waited, *done = at_once(hold, *(partial(begin, act) for act in acts))
    assert waited is True, (waited, done)
    return done


def _waited(many: int) -> bool:
    for _attempt in range(600):
        if somebody_waits(many):
            return True
        time.sleep(0.01)
    return False
