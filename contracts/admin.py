from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from contracts.references import next_reference
from tenants.admin.history import ReadOnlyHistoryAdmin
from vms_portal.kernel.admin.made_from import KnowsItsOrigin
from vms_portal.kernel.data.open_months import hold_off_close
from vms_portal.kernel.local_time import local_date


@admin.register(Contract)
class ContractAdmin(KnowsItsOrigin, ReadOnlyHistoryAdmin):
    """Sales staff draw up contracts; the state follows the documents sent."""

    list_display = [
        "reference",
        "tenant",
        "state_today",
        "subscribed_on",
        "activated_on",
        "last_day",
        "channels",
    ]
    list_filter = ["state"]
    list_select_related = ["tenant"]
    search_fields = ["reference", "tenant__name", "tenant__reference"]
    date_hierarchy = "subscribed_on"
    exclude = ["state"]

    def lock_before(self, obj: Contract) -> None:
        hold_off_close()

    @admin.display(description=_("state"), ordering="state")
    def state_today(self, contract: Contract) -> str:
        return contract.state_words(local_date(timezone.now()))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Contract | None = None
    ) -> list[str]:
        return ["state_today", "tenant", "subscribed_on"] if obj else ["state_today"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        today = local_date(timezone.now())
        return {
            "reference": next_reference(Contract.objects.all(), "C", today.year),
            "subscribed_on": today,
            **super().get_changeform_initial_data(request),
        }

    def has_delete_permission(
        self, request: HttpRequest, obj: Contract | None = None
    ) -> bool:
        return False
