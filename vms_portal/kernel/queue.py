"""Handing work on from inside a transaction: to Celery, or to run after it."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils.module_loading import import_string


def enqueue_after_commit(task_path: str, *args: int | str | list[int]) -> None:
    """Queue a task once the surrounding transaction commits.

    Services name the task by path, so tasks may import services and not the
    other way round. A wrong path fails here, inside the transaction; a dead
    Redis does not undo a commit, the sweepers find what was not queued. The same
    work asked for a hundred times in one transaction is queued once.
    """
    task = import_string(task_path)
    acts = (entry[1] for entry in connection.run_on_commit)
    waiting = (getattr(act, "work", None) for act in acts)
    if (task.delay, args) not in waiting:
        after_commit(task.delay, *args)


def after_commit(act: Callable[..., object], *args: Any) -> None:
    """Call ``act`` once the transaction commits; its failure is only logged."""

    # Not a partial: Django reports what failed by its __qualname__.
    def run() -> None:
        act(*args)

    run.__qualname__ = getattr(act, "__qualname__", str(act))
    run.work = (act, args)  # type: ignore[attr-defined]
    transaction.on_commit(run, robust=True)
