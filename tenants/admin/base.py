"""What the back office's pages share: nothing is deleted, every act is recorded."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from tenants import audit
from vms_portal.kernel.questions import AsksBeforeSaving


class AuditedAdmin(admin.ModelAdmin):
    """Records what staff add and change, in the transaction of the act.

    What belongs to a customer goes to that customer's chain, which its
    administrators read; the rest to the operator's.
    """

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

    def _record(
        self, request: HttpRequest, obj: models.Model, action: str, changed: list[str]
    ) -> None:
        detail: dict[str, Any] = {"kind": str(obj._meta.verbose_name)}
        detail |= self.asked(request)
        if changed:
            detail["fields"] = ", ".join(map(str, changed))
        audit.record(actor=request.user, action=action, target=obj, detail=detail)  # type: ignore[arg-type]


class AskedAdmin(AsksBeforeSaving, AuditedAdmin):
    """Asks before changes that people feel; the reason is kept with the act."""

    def asked(self, request: HttpRequest) -> dict[str, str]:
        reason = self.reason(request)
        return {"reason": reason} if reason else {}
