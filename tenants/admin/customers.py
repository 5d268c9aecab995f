from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.admin.base import AuditedAdmin
from tenants.models import Member, Tenant


@admin.register(Tenant)
class TenantAdmin(AuditedAdmin):
    """Customers. One that leaves is made inactive and keeps its records."""

    list_display = ["name", "reference", "vat_number", "city", "language", "is_active"]
    list_filter = ["is_active", "language", "vat_treatment"]
    search_fields = ["name", "reference", "vat_number"]
    fieldsets = [
        (None, {"fields": ["reference", "name", "legal_form", "is_active"]}),
        (_("Address"), {"fields": ["street", "postal_code", "city", "country"]}),
        (
            _("Invoices"),
            {"fields": ["vat_number", "vat_treatment", "language", "billing_email",
                        "buyer_reference"]},
        ),
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["reference"] if obj else []


@admin.register(Member)
class MemberAdmin(AuditedAdmin):
    """Who works for which customer, to look at: its administrators decide."""

    list_display = ["user", "tenant", "role", "sees_all_numbers", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "tenant"]
    search_fields = ["user__email", "user__name", "tenant__name", "tenant__reference"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
