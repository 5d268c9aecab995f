"""Checked at each start (``migrate``, ``check``): every recorded act has words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.checks import Error, register

from tenants.audit.actions import ACTIONS, SUBJECTS

ACT = re.compile(r"[a-z_]+\.[a-z_]*[a-z]")


@register
def acts_have_words(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Find acts in our code that the audit trail could not name."""
    root = Path(__file__).resolve().parents[1]
    ours = [Path(app.path) for app in apps.get_app_configs()]
    files = [
        file
        for path in ours
        if path.parent == root
        for file in path.rglob("*.py")
        if "migrations" not in file.parts
    ]
    found = [error for file in sorted(files) for error in unnamed_acts(file)]
    strange = [name for name in ACTIONS if name.partition(".")[0] not in SUBJECTS]
    return found + [Error(f"Act {name} has no subject.") for name in strange]


def unnamed_acts(file: Path) -> list[Error]:
    text = file.read_text(encoding="utf-8")
    if "action=" not in text:
        return []
    return [
        Error(f"{file.name}:{line}: {name} has no words in tenants/audit/actions.py.")
        for name, line in _acts(ast.parse(text))
        if name not in ACTIONS
    ]


def _acts(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield each ``action="subject.verb"``; one put together is judged when it runs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "action":
            for value in ast.walk(node.value):
                if isinstance(value, ast.Constant) and ACT.fullmatch(str(value.value)):
                    yield str(value.value), value.lineno
