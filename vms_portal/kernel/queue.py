"""Handing work on from inside a transaction: to Celery, or to run after it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from vms_portal.kernel import scoping


def enqueue_after_commit(task_path: str, *args: int | str) -> None:
    """Queue a task once the surrounding transaction commits.

    Services name the task by path, so tasks may import services and not the
    other way round. A wrong path fails here, inside the transaction; a dead
    Redis does not undo a commit, the sweepers find what was not queued.
    """
    _on_commit(import_string(task_path).delay, *args)


def after_commit(act: Callable[..., object], *args: Any) -> None:
    """Call ``act`` once the transaction commits; its failure is only logged.

    It sees the rows that the transaction saw.
    """
    scope = scoping.snapshot()

    def within(*values: Any) -> None:
        with scoping.as_before(scope):
            act(*values)

    within.__qualname__ = getattr(act, "__qualname__", str(act))
    _on_commit(within, *args)


def _on_commit(act: Callable[..., object], *args: Any) -> None:
    # Not a partial: Django reports what failed by its __qualname__.
    def run() -> None:
        act(*args)

    run.__qualname__ = getattr(act, "__qualname__", str(act))
    transaction.on_commit(run, robust=True)
