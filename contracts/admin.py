from django.contrib import admin
from django.http import HttpRequest

from contracts.models import Contract
from tenants.admin.history import ReadOnlyHistoryAdmin


@admin.register(Contract)
class ContractAdmin(ReadOnlyHistoryAdmin):
    """Sales staff draw up contracts; the state follows the documents sent."""

    list_display = [
        "reference",
        "tenant",
        "state",
        "subscribed_on",
        "activated_on",
        "last_day",
        "channels",
    ]
    list_filter = ["state"]
    list_select_related = ["tenant"]
    search_fields = ["reference", "tenant__name", "tenant__reference"]
    date_hierarchy = "subscribed_on"

    def get_readonly_fields(
        self, request: HttpRequest, obj: Contract | None = None
    ) -> list[str]:
        return ["state", "tenant", "subscribed_on"] if obj else ["state"]

    def has_delete_permission(
        self, request: HttpRequest, obj: Contract | None = None
    ) -> bool:
        return False
