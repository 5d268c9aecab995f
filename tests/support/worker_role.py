"""A task that a test calls runs with the worker's rights, as in production.

Test code arranges with more: what a task may not do would pass unseen.
"""

from typing import Any

import pytest
from celery.app.task import Task
from django.db import connection

from vms_portal.celery import app


@pytest.fixture(autouse=True, scope="session")
def tasks_run_as_the_worker(acting_as):
    original: Any = Task.__call__

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        # Without a database there is nothing to protect.
        if connection.connection is None and not connection.in_atomic_block:
            return original(self, *args, **kwargs)
        with acting_as("vms_worker"):
            return original(self, *args, **kwargs)

    Task.__call__ = call  # type: ignore[method-assign]
    yield
    Task.__call__ = original  # type: ignore[method-assign]


@pytest.fixture
def at_once():
    """Tasks run where they are queued, by Celery's own means.

    Django's setting of that name is read once, by whichever test came first.
    """
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False
