from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.audit_words import words
from tenants.models import AuditEvent
from vms_portal.kernel.formatting import display
from vms_portal.kernel.number_search import NumberSearchMixin


@admin.register(AuditEvent)
class AuditEventAdmin(NumberSearchMixin, admin.ModelAdmin):
    """Every chain, to read. ``verify_audit`` says whether it is intact."""

    list_display = ["at", "tenant", "actor_name", "act", "target"]
    fields = ["at", "tenant", "actor_name", "act", "target", "detail", "request_id"]
    readonly_fields = ["act", "target"]
    list_filter = [("tenant", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["tenant"]
    search_fields = ["actor_name", "action", "target_label", "request_id"]
    number_fields = ("target_label",)
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("Action"), ordering="action")
    def act(self, event: AuditEvent) -> str:
        return words(event.action)

    @admin.display(description=_("Object"), ordering="target_label")
    def target(self, event: AuditEvent) -> str:
        """A number as people write it; other names as they are."""
        return display(event.target_label)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
