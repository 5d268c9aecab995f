"""Reporting work that could not be done, so that somebody sees it.

A row of the list "what did not work" is written by the database function
``report_failed_work``: every process may call it, none but the back office and the
worker may read or change what it wrote.
"""

import json
import logging
import re
from typing import Any

from celery import Task
from celery.signals import task_failure, task_success, task_unknown
from django.db import Error, connection, models, transaction
from django.utils import timezone

from vms_portal.kernel.running.logs import hide_secrets

logger = logging.getLogger(__name__)

# A task that is tried again carries the key of its row.
HEADER = "failed_work"
LONGEST_REASON = 2_000
# Behind an even number of strokes; behind an odd one it is a text about one.
_NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def report(act: str, arguments: list[Any], reason: str, *, repeatable: bool) -> None:
    """Add to the list. Never raises: the caller is busy with a failure already."""
    values: list[Any] = [act[:200], _in_json(arguments), _clean(reason), repeatable]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                # By the database's clock: it takes none from a caller.
                "SELECT report_failed_work(%s, %s::jsonb, %s, now(), %s)",
                values,
            )
    except Error:
        # Without a database the log is what remains.
        logger.exception("failed work could not be listed: %s %s", act, arguments)


def describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def arguments_of(args: tuple[Any, ...]) -> list[Any]:
    """What an act was about: rows and keys. Never texts, which may be secrets."""
    return [
        f"{arg._meta.label} {arg.pk}" if isinstance(arg, models.Model) else arg
        for arg in args
        if isinstance(arg, models.Model | int)
    ]


def _in_json(arguments: list[Any]) -> str:
    about = _storable(json.dumps(arguments, default=str, ensure_ascii=False))
    return _NUL_IN_JSON.sub(r"\1", about)


def _clean(reason: str) -> str:
    return hide_secrets(_storable(reason)[:LONGEST_REASON])


def _storable(text: str) -> str:
    """The text without what PostgreSQL cannot keep."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


@task_failure.connect
def _task_failed(
    sender: Task, exception: BaseException, args: Any, kwargs: Any, **_signal: Any
) -> None:
    """A task gave up: its own retries are over, or it has none."""
    arguments = [*args, *([kwargs] if kwargs else [])]
    if _failed_again(sender, arguments, describe(exception)):
        return
    repeatable = not kwargs
    report(sender.name, arguments, describe(exception), repeatable=repeatable)


@task_unknown.connect
def _task_unknown(name: str, **_signal: Any) -> None:
    report(name, [], "This release knows no such task.", repeatable=False)


@task_success.connect
def _task_done(sender: Task, **_signal: Any) -> None:
    key = _row_of(sender)
    if key is None or sender.request.kwargs:
        return
    about = _in_json(list(sender.request.args or ()))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_failedwork SET settled_at = %s, next_try_at = NULL "
            "WHERE id = %s AND act = %s AND arguments = %s::jsonb "
            "AND settled_at IS NULL",
            [timezone.now(), key, sender.name, about],
        )


def _row_of(task: Task) -> str | None:
    """Return the key of the row that has the task tried again, if one has."""
    request = task.request
    key: str | None = (request.headers or {}).get(HEADER) or request.get(HEADER)
    return key


def _failed_again(task: Task, arguments: list[Any], reason: str) -> bool:
    """Add to the row of another process: a second one would do the work twice.

    The worker's own is found by ``report_failed_work``, which says when it is due.
    """
    key = _row_of(task)
    if key is None:
        return False
    values = [_clean(reason), key, task.name, _in_json(arguments)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_failedwork SET attempts = attempts + 1, last_at = %s, "
            "reason = %s WHERE id = %s AND act = %s AND arguments = %s::jsonb "
            "AND settled_at IS NULL AND reported_by IN ('vms_app', 'vms_staff')",
            [timezone.now(), *values],
        )
        return cursor.rowcount == 1
