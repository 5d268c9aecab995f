"""Handing work on from inside a transaction: to Celery, or to run after it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.utils.module_loading import import_string

from vms_portal.kernel.data import row_security
from vms_portal.kernel.work import failures

# Seconds; as the visibility time-out of the broker.
WAITS = 3600


def enqueue_after_commit(task_path: str, *args: int | str | list[int]) -> None:
    """Queue a task once the surrounding transaction commits.

    Services name the task by path, so tasks may import services and not the
    other way round. A wrong path fails here, inside the transaction; a dead
    Redis does not undo a commit: what was not queued is listed and tried again. The
    same work asked for a hundred times in one transaction is queued once.
    """
    delay = import_string(task_path).delay
    acts = (entry[1] for entry in connection.run_on_commit)
    if (delay, args) not in (getattr(act, "work", None) for act in acts):
        _after_commit(task_path, delay, args, list(args), repeatable=True)


def queue_once(task: Any, pk: int) -> None:
    """Queue a task unless it waits already; ``begin_queued`` says that it does not.

    For sweepers: what waits behind others is not queued again at each round. A mark
    outlives a lost task by an hour at most, as the broker's own memory of it does.
    """
    key = _waiting(task, pk)
    if not cache.add(key, 1, WAITS):
        return
    try:
        task.delay(pk)
    except Exception:
        cache.delete(key)
        raise


def begin_queued(task: Any, pk: int) -> None:
    """Forget that the task waits: it runs, or is queued anew if it ends halfway."""
    cache.delete(_waiting(task, pk))


def _waiting(task: Any, pk: int) -> str:
    return f"waiting:{task.name}:{pk}"


def after_commit(act: Callable[..., object], *args: Any) -> None:
    """Call ``act`` once the transaction commits; its failure is listed.

    It sees the rows that the transaction saw.
    """
    about, scope = failures.arguments_of(args), row_security.snapshot()

    def within(*values: Any) -> None:
        with row_security.as_before(scope):
            act(*values)

    _after_commit(_path(act), within, args, about, repeatable=False)


def after_commit_or_queue(
    task_path: str, act: Callable[..., object], *args: int | str
) -> None:
    """Call ``act`` once the transaction commits; the task tries again what failed.

    It finds its rows itself, as the task does; none of its arguments is a secret.
    """
    import_string(task_path)
    _after_commit(task_path, act, args, list(args), repeatable=True)


def listing_failures() -> None:
    """Let what libraries do after this commit fail as ours: listed, and alone.

    Django would raise it to whoever commits, and leave out what comes behind.
    """
    waiting: list[Any] = connection.run_on_commit
    waiting[:] = [
        (savepoints, act if is_robust else _Listed(_path(act), act), True)
        for savepoints, act, is_robust in waiting
    ]


def _path(act: Callable[..., object]) -> str:
    return f"{act.__module__}.{getattr(act, '__qualname__', act)}"


def _after_commit(
    path: str,
    act: Callable[..., object],
    args: tuple[Any, ...],
    about: list[Any],
    *,
    repeatable: bool,
) -> None:
    run = _Listed(path, act, args, about, repeatable=repeatable)
    transaction.on_commit(run, robust=True)


class _Listed:
    """Does ``work``, the act and its arguments, and lists its failure."""

    def __init__(
        self,
        path: str,
        act: Callable[..., object],
        args: tuple[Any, ...] = (),
        about: Sequence[Any] = (),
        *,
        repeatable: bool = False,
    ) -> None:
        self.work = (act, args)
        self._about, self._repeatable = list(about), repeatable
        # By this Django reports what failed.
        self.__qualname__ = path

    def __call__(self) -> None:
        act, args = self.work
        try:
            act(*args)
        except Exception as error:
            failures.report(
                self.__qualname__,
                self._about,
                failures.describe(error),
                repeatable=self._repeatable,
            )
            raise
