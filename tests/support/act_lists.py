"""Everything somebody can do in the product, and with whose rights in the database.

An act is a role and a name: ``("vms_app", "POST tenants:profile")``, for the back
office ``"POST admin:numbers_geographicnumber_changelist suspend"`` as well, ``"task
billing.tasks.sweep"``, ``"command verify_audit"``. The list is what the addresses, the
back office, Celery and the commands say, so nobody has to keep it.
"""

import re
from collections.abc import Iterator
from inspect import getclosurevars, isfunction, ismethod
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.management import get_commands
from django.http import HttpRequest
from django.urls import URLResolver, get_resolver
from django.views.generic import View
from django.views.generic.edit import ProcessFormView

from tenants.models import User
from tests.support.roles import PROCESS_ROLES
from vms_portal.celery import app

Act = tuple[str, str]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WITH_DEMO = {
    "vms_app": "tests.support.demo_urls",
    "vms_staff": "tests.support.demo_office_urls",
}
# What Django's admin makes for every model; the last word of the address's name.
OF_A_MODEL = ("changelist", "add", "change", "delete", "history")
OPERATIONS = settings.BASE_DIR / "docs/operations.md"
NAMED_COMMAND = re.compile(r"\bmanage(?:\.py)? ([a-z_]+)")
# Whose the others are is the worker's.
COMMAND_ROLES = {
    "createsuperuser": "vms_staff",
    "load_demo_people": "vms_staff",
    "load_demo_invitation": "vms_app",
}
WITHOUT_DATABASE = {"makemessages", "price_month", "simulate_call"}
# Acts that a success leaves no row of, and what it does instead.
WRITES_NO_ROW = {
    "POST tenants:customer_switch": "is kept in the session",
    "POST account_reauthenticate": "is kept in the session",
    "POST account_reset_password": "has a mail sent",
    "POST api:number-simulate": "calculates",
    "POST admin:traffic_quarantinedrecord_changelist count_selected": (
        "has a task queued"
    ),
    "command verify_audit": "reads",
    "command verify_files": "reads",
    "task routing.tasks.push_plans": "writes into Redis",
    "task tenants.tasks.forget_sessions": "deletes sessions",
    "task tenants.tasks.send_first_link": "sends a mail",
    "task tenants.tasks.send_password_reset": "sends a mail",
    "task tenants.tasks.send_warning_mail": "sends a mail",
    "task tenants.tasks.send_security_mail": "sends a mail",
    "task tenants.tasks.sweep_notices": "has mails sent",
    "task traffic.tasks.make_partitions": "makes tables",
}
AS_READ = "answers a POST as it answers a GET"
# Acts that cannot succeed, and why.
NEVER = {
    **dict.fromkeys(
        [
            f"POST {name}"
            for name in (
                "healthz",
                "readyz",
                "metrics",
                "api_reference",
                "admin:index",
                "admin:app_list",
                "admin:autocomplete",
                "admin:jsi18n",
                "admin:billing_month_list",
                "admin:billing_month_detail",
                "admin:billing_month_progress",
                "admin:billing_month_zip",
                "admin:billing_month_csv",
                "admin:billing_invoice_pdf",
                "admin:billing_contractsummary_pdf",
                "admin:contracts_contract_steps",
                "admin:numbers_geographicnumber_import_example",
            )
        ],
        AS_READ,
    ),
    **dict.fromkeys(
        [
            "GET admin:billing_contractsummary_send",
            "GET admin:billing_invoice_send",
            "GET admin:billing_month_retry",
            "GET admin:contracts_contract_draw_up",
        ],
        "is a button: the page wants a POST",
    ),
    **dict.fromkeys(
        [
            "POST admin:contracts_contract_simple_history",
            "POST admin:numbers_geographicnumber_simple_history",
            "POST admin:numbers_site_simple_history",
        ],
        "no version is brought back",
    ),
    **dict.fromkeys(
        [
            f"{method} admin:{name}"
            for method in ("GET", "POST")
            for name in ("login", "password_change", "password_change_done")
        ],
        "leads to the page that everybody has",
    ),
}


def every_act() -> set[Act]:
    acts = {("vms_worker", f"task {name}") for name in tasks()}
    acts |= {
        (COMMAND_ROLES.get(name, "vms_worker"), f"command {name}")
        for name in commands()
    }
    for role, urlconf in [*PROCESS_ROLES.values(), *WITH_DEMO.items()]:
        acts |= {(role, name) for name in of_addresses(urlconf)}
    return acts | {(PROCESS_ROLES["backoffice"][0], name) for name in of_models()}


def tasks() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def commands() -> set[str]:
    """The product's own commands, and whatever its operators are told to call."""
    ours = {
        name
        for name, package in get_commands().items()
        if (settings.BASE_DIR / package.replace(".", "/")).is_dir()
    }
    named = set(NAMED_COMMAND.findall(OPERATIONS.read_text()))
    return ours.union(named) - WITHOUT_DATABASE


def of_addresses(urlconf: str) -> Iterator[str]:
    """Yield the acts of the addresses with a name, without those of ``of_models``."""
    made = {
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
        for model in admin.site._registry
        for page in OF_A_MODEL
    }
    seen = set()
    for address, name, view in _views(get_resolver(urlconf).url_patterns, "", ""):
        # Of two of one address, the first answers.
        if name not in made and address not in seen:
            yield from (f"{method} {name}" for method in methods(view))
        seen.add(address)


def _views(
    patterns: list[Any], above: str, prefix: str
) -> Iterator[tuple[str, str, Any]]:
    for entry in patterns:
        address = f"{above}{entry.pattern}"
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from _views(entry.url_patterns, address, inner)
        elif entry.name:
            yield address, f"{prefix}{entry.name}", entry.callback


def methods(view: Any) -> list[str]:
    """Return what a view takes; one that says nothing reads and writes."""
    said = _said(view, set()) or ("GET", "POST")
    return [method for method in METHODS if method in said]


def _said(view: Any, seen: set[int]) -> list[str]:
    """Look for a class, or for ``require_http_methods`` below other decorators."""
    if id(view) in seen:
        return []
    seen.add(id(view))
    if isinstance(getattr(view, "actions", None), dict):
        return [method.upper() for method in view.actions]
    if hasattr(view, "view_class"):
        return _of_class(view.view_class)
    view = view.__func__ if ismethod(view) else view
    if not isfunction(view):
        return []
    held = getclosurevars(view).nonlocals
    if "request_method_list" in held:
        return list(held["request_method_list"])
    below = [getattr(view, "__wrapped__", None), *held.values()]
    return next((found for v in below if (found := _said(v, seen))), [])


def _of_class(view: type[View]) -> list[str]:
    """A PUT that Django hands to ``post`` is no act of its own."""
    return [
        method
        for name in view.http_method_names
        if (method := name.upper()) in METHODS
        and hasattr(view, name)
        and getattr(view, name) is not ProcessFormView.put
    ]


def of_models() -> Iterator[str]:
    """Yield what somebody with every right may do to the rows of the back office."""
    request = HttpRequest()
    request.user = User(is_staff=True, is_superuser=True)
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield from (f"GET {name}_{part}" for part in ("changelist", "change"))
        yield f"GET {name}_history"
        for action in page.get_actions(request):
            yield f"POST {name}_changelist {action}"
        if page.list_editable:
            yield f"POST {name}_changelist"
        for part in ("add", "change", "delete"):
            if getattr(page, f"has_{part}_permission")(request):
                yield from (f"{method} {name}_{part}" for method in ("GET", "POST"))
