"""What the back office's pages share: nothing is deleted, every act is recorded."""

from contextlib import suppress
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest

from tenants.audit.record import record
from tenants.models import User
from vms_portal.kernel.admin.made_from import KnowsItsOrigin
from vms_portal.kernel.admin.questions import AsksBeforeSaving

LONGEST = 500
# What no page shows is not found out by filtering a list either.
SECRET_FIELDS = frozenset({"password", "token_hash", "data"})


def staff_of(request: HttpRequest) -> User:
    """Return the signed-in member of staff; the admin lets in nobody else."""
    return cast(User, request.user)


def is_superuser(request: HttpRequest) -> bool:
    """Is it an administrator of ours, who may do what other staff may not?"""
    user = staff_of(request)
    return user.is_active and user.is_superuser


class KeepsSecrets(admin.ModelAdmin):
    """Refuses a list narrowed by the beginning of a password's hash, for example."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if lookup.partition("__")[0] in SECRET_FIELDS:
            return False
        return super().lookup_allowed(lookup, value, request)


class AuditedAdmin(KeepsSecrets):
    """Records what staff add and change, in the transaction of the act.

    What belongs to a customer goes to that customer's chain, which its
    administrators read; the rest to the operator's.
    """

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Keep what the form replaces, before it is replaced."""
        self._changes(request).update(changes_of(form))
        return super().save_form(request, form, change)

    def log_addition(
        self, request: HttpRequest, obj: models.Model, message: Any
    ) -> Any:
        self._record(request, obj, "staff.added", [])
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        changed = [
            name
            for part in (message if isinstance(message, list) else [])
            for name in part.get("changed", {}).get("fields", [])
        ]
        self._record(request, obj, "staff.changed", changed)
        return super().log_change(request, obj, message)

    def asked(self, request: HttpRequest) -> dict[str, str]:
        """Return the reason that a question before the act was answered with."""
        return {}

    def has_delete_permission(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> bool:
        return False

    def record(
        self, request: HttpRequest, obj: Any, action: str, detail: dict[str, Any]
    ) -> None:
        record(actor=staff_of(request), action=action, target=obj, detail=detail)

    def _record(
        self, request: HttpRequest, obj: models.Model, action: str, changed: list[str]
    ) -> None:
        detail: dict[str, Any] = {"kind": obj._meta.label_lower}
        detail |= self.asked(request)
        if changed:
            detail["fields"] = ", ".join(map(str, changed))
            detail["changes"] = self._changes(request)
        self.record(request, obj, action, detail)

    def _changes(self, request: Any) -> dict[str, Any]:
        if not hasattr(request, "replaced_by_form"):
            request.replaced_by_form = {}
        changes: dict[str, Any] = request.replaced_by_form
        return changes


class AskedAdmin(KnowsItsOrigin, AsksBeforeSaving, AuditedAdmin):
    """Asks before changes that people feel; the reason is kept with the act."""

    def asked(self, request: HttpRequest) -> dict[str, str]:
        reason = self.reason(request)
        return {"reason": reason} if reason else {}


def record_entered(
    request: HttpRequest,
    form: Any,
    formsets: Any,
    *,
    action: str,
    rows: str = "rows",
    reason: str = "",
) -> bool:
    """Record what was entered on a page and in its inlines; tell if anything was.

    For a page whose row is saved by no service. ``rows`` is what the trail calls the
    rows of its inlines.
    """
    detail: dict[str, Any] = {"changes": changes_of(form)}
    detail[rows] = changes_of_rows(formsets)
    if not any(detail.values()):
        return False
    if reason:
        detail["reason"] = reason
    by = staff_of(request)
    record(actor=by, action=action, target=form.instance, detail=detail)
    return True


def changes_of(form: Any) -> dict[str, dict[str, Any]]:
    """Return before and after of each field that the form changes."""
    return {
        name: {
            "before": _before(form, name),
            "after": _shown(form.fields[name], form.cleaned_data.get(name)),
        }
        for name in form.changed_data
    }


def changes_of_rows(formsets: Any) -> list[dict[str, Any]]:
    """Return what the rows of a page's inlines were, and are; no more once removed."""
    return [
        {
            "name": f"{form.instance._meta.verbose_name}: {form.instance}",
            "changes": _removal(form) if form in _removed(rows) else changes_of(form),
        }
        for rows in formsets
        for form in rows.forms
        if form.has_changed()
    ]


def _removed(rows: Any) -> list[Any]:
    return list(rows.deleted_forms) if rows.can_delete else []


def _removal(form: Any) -> dict[str, dict[str, Any]]:
    before = {name: _before(form, name) for name in form.initial if name in form.fields}
    return {
        name: {"before": value, "after": None}
        for name, value in before.items()
        if value is not None
    }


def _before(form: Any, name: str) -> Any:
    field = form.fields[name]
    return _shown(field, form.get_initial_for_field(field, name))


def _shown(field: Any, value: Any) -> Any:
    """A value as a trail keeps it: rows by their names, long texts by their start."""
    if value in (None, ""):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(field, ModelMultipleChoiceField):
        return sorted(map(str, value))
    if isinstance(field, ModelChoiceField) and not isinstance(value, models.Model):
        # What can be chosen no longer is told by its key.
        with suppress(ValidationError):
            value = field.clean(value)
    return str(value)[:LONGEST]
