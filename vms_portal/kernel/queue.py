"""Handing work to Celery from inside a transaction."""

from functools import partial

from django.db import transaction
from django.utils.module_loading import import_string


def enqueue_after_commit(task_path: str, *args: int | str) -> None:
    """Queue a task once the surrounding transaction commits.

    Services name the task by path, so tasks may import services and not the
    other way round. A wrong path fails here, inside the transaction; a dead
    Redis does not undo a commit, the sweepers find what was not queued.
    """
    task = import_string(task_path)
    transaction.on_commit(partial(task.delay, *args), robust=True)
