"""Looked at as ``migrate`` and ``check`` start: names that our code and apps give.

A name that nothing bears would be shown raw, give rights nobody meant, or hide.
"""

import ast
import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from celery import current_app
from django.apps import AppConfig, apps
from django.core.checks import Error, register
from django.utils.module_loading import autodiscover_modules, import_string

from tenants.audit.actions import ACTIONS, SUBJECTS
from tenants.audit.details import ACTORS
from tenants.staff_groups import RIGHTS, WORK
from tenants.words.failed_work import ACTS, MAIL
from vms_portal import queues
from vms_portal.schedule import DEMO_SCHEDULE, SCHEDULE

ROOT = Path(__file__).resolve().parents[1]
ACT = re.compile(r"[a-z_]+\.[a-z_]*[a-z]")


def _our_apps() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if Path(app.path).parent == ROOT]


@register
def acts_have_words(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Find acts, and processes that act, which the audit trail could not name."""
    files = [
        file
        for app in _our_apps()
        for file in Path(app.path).rglob("*.py")
        if "migrations" not in file.parts
    ]
    unnamed = [error for file in sorted(files) for error in unnamed_acts(file)]
    strange = [name for name in ACTIONS if name.partition(".")[0] not in SUBJECTS]
    return unnamed + [Error(f"Act {name} has no subject.") for name in strange]


def unnamed_acts(file: Path) -> list[Error]:
    text = file.read_text(encoding="utf-8")
    if "action=" not in text:
        return []
    return [
        Error(f"{file.name}:{line}: no app has words for {name}.")
        for name, line in _names(ast.parse(text))
        if name not in ACTIONS and name not in ACTORS
    ]


def _names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each ``action="subject.verb"`` and ``actor="process"``.

    One put together is judged when it is recorded.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.keyword) or node.arg not in ("action", "actor"):
            continue
        for value in ast.walk(node.value):
            if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
                continue
            if node.arg == "actor" or ACT.fullmatch(value.value):
                yield value.value, value.lineno


def _tasks() -> list[str]:
    # What Celery imports tasks by runs the checks.
    autodiscover_modules("tasks")
    ours = {app.name for app in _our_apps()}
    return [name for name in current_app.tasks if name.partition(".")[0] in ours]


@register
def queues_and_clock_name_tasks(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Find what a queue would refuse or a clock queue in vain for ever."""
    tasks = _tasks()
    due = [str(each["task"]) for each in (SCHEDULE | DEMO_SCHEDULE).values()]
    named = [("schedule", name) for name in due]
    named += [(queue, name) for queue, takes in queues.TAKES.items() for name in takes]
    problems = [
        f"{place} names {name}, which is no task."
        for place, name in sorted(named)
        if name not in tasks
    ]
    for pattern, route in queues.ROUTES.items():
        routed = fnmatch.filter(tasks, pattern)
        if not routed:
            problems.append(f"A route names {pattern}, which is no task.")
        problems += [
            f"{name} is sent to {route['queue']}, which does not take it."
            for name in routed
            if name not in queues.TAKES.get(route["queue"], set())
        ]
    return [Error(problem) for problem in problems]


@register
def failed_work_has_words(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Find tasks without words, and words of what does not exist."""
    problems = [f"Task {name} has no words." for name in _tasks() if name not in ACTS]
    problems += [
        f"{act} is no act." for act in ACTS if act != MAIL and not _exists(act)
    ]
    return [Error(problem) for problem in problems]


def _exists(act: str) -> bool:
    try:
        import_string(act)
    except ImportError:
        return False
    return True


@register
def rights_are_of_models(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Find rights of staff groups that name no model: the rest's would count.

    Those that name no act give nothing, and nobody would be told.
    """
    given = [
        (group, app_label, model, acts)
        for group, by_app in RIGHTS.items()
        for app_label, rights in by_app.items()
        for model, acts in rights.items()
    ]
    labels = {app.label for app in apps.get_app_configs()}
    problems = []
    for group, app_label, model, acts in given:
        named, models = f"{app_label}.{model}", apps.all_models[app_label]
        if app_label not in labels or (model != "*" and model not in models):
            problems.append(f"The rights of {group} name {named}, which is no model.")
        problems += [
            f"The rights of {group} to {named} name {act}, which is no act."
            for act in acts
            if act not in WORK
        ]
    return [Error(problem) for problem in problems]
