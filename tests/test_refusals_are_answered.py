"""What services refuse is said to whoever asked for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

ROOT = Path(settings.BASE_DIR)
APPS = (
    "vms_portal",
    "tenants",
    "contracts",
    "numbers",
    "routing",
    "traffic",
    "billing",
)
SERVICES = ("services", "selectors", "open_months")
# Refusals nobody answers, and why no person can meet them.
NOT_MET = {
    "numbers.services.inventory.AlreadySuspended": "asked of rows that are locked",
    "numbers.services.inventory.NotSuspended": "asked of rows that are locked",
    "numbers.services.inventory.NotGeographic": "the form reads numbers by that rule",
    "numbers.services.moving.OtherCustomer": "the form asks; a site keeps its customer",
    "numbers.services.sites.EmptyName": "the form cleans the name like that",
    "traffic.services.quarantine.NoReason": "the form cleans the reason like that",
    "billing.services.summaries.TermsNotAccepted": "the form asks for them",
    "tenants.services.warning_mail.NotSo": "a mail: listed as failed work",
    "tenants.services.security_mail.UnknownLetter": "a mail: listed as failed work",
    "tenants.services.security_mail.NoAddress": "a mail: listed as failed work",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for file in sorted((ROOT / app).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if not {"migrations", "devstack"} & set(parts):
                yield ".".join(parts), ast.parse(file.read_text())


def imported(tree: ast.Module) -> dict[str, str]:
    """What each name of a module stands for, by its whole path."""
    return {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


def mentions(module: str, tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Each name of another or the same module, and whether it is raised there."""
    names = imported(tree)
    names |= {
        c.name: f"{module}.{c.name}" for c in tree.body if isinstance(c, ast.ClassDef)
    }
    raised = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and node.exc
        for part in ast.walk(node.exc)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            yield names[node.id], id(node) in raised
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in names
        ):
            yield f"{names[node.value.id]}.{node.attr}", id(node) in raised


def refusal(path: str) -> type[Exception] | None:
    """The exception class of a service that stands there, if it is one."""
    if not set(SERVICES) & set(path.split(".")):
        return None
    try:
        named = import_string(path)
    except ImportError:
        return None
    is_error = isinstance(named, type) and issubclass(named, Exception)
    return named if is_error else None


def whole(error: type[Exception]) -> str:
    return f"{error.__module__}.{error.__qualname__}"


def test_a_refusal_has_its_answer():
    raised: set[type[Exception]] = set()
    answered: set[type[Exception]] = set()
    for module, tree in modules():
        for path, is_raised in mentions(module, tree):
            if error := refusal(path):
                (raised if is_raised else answered).add(error)
    assert len(raised) > 60
    unanswered = {whole(e) for e in raised if answered.isdisjoint(e.__mro__)}
    assert unanswered == set(NOT_MET)
