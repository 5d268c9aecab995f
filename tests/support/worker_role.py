"""What the worker does runs with the worker's rights, as in production.

Test code arranges with more: what a task or a command may not do would pass unseen.
"""

from typing import Any

import pytest
from celery.app.task import Task
from django.core.management.base import BaseCommand

from tests.support import acts, roles
from vms_portal.celery import app
from vms_portal.kernel.commands.base import WorkerCommand


@pytest.fixture(autouse=True, scope="session")
def tasks_run_as_the_worker(acting_as):
    original: Any = Task.__call__

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        with acting_as("vms_worker"), acts.watched() as watch:
            result = original(self, *args, **kwargs)
        acts.note(f"task {self.name}", watch)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Task, "__call__", call)
        yield


@pytest.fixture(autouse=True, scope="session")
def commands_run_as_the_worker(acting_as):
    """Unless the test says who calls: ``with acting_as("vms_app"): call_command()``."""
    every, of_worker = BaseCommand.execute, WorkerCommand.execute

    def execute(self: Any, *args: Any, **options: Any) -> Any:
        with acts.watched() as watch:
            result = every(self, *args, **options)
        acts.note(f"command {type(self).__module__.rpartition('.')[2]}", watch)
        return result

    def execute_as_worker(self: Any, *args: Any, **options: Any) -> Any:
        if roles.ACTING.get()[0] != roles.ARRANGER:
            return of_worker(self, *args, **options)
        with acting_as("vms_worker"):
            return of_worker(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseCommand, "execute", execute)
        patch.setattr(WorkerCommand, "execute", execute_as_worker)
        yield


@pytest.fixture
def at_once():
    """Tasks run where they are queued, by Celery's own means.

    Django's setting of that name is read once, by whichever test came first.
    """
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False
