from typing import cast

from django.contrib import admin
from django.http import HttpRequest

from numbers.admin.forms import PolicyForm
from numbers.models import DestinationPolicy
from numbers.services.policy import set_destination_policy
from tenants.models import User


@admin.register(DestinationPolicy)
class DestinationPolicyAdmin(admin.ModelAdmin):
    """Staff approve what a customer may call; every change is in the audit trail."""

    form = PolicyForm
    fields = ["tenant", "opt_in", "international", "daily_cap"]
    list_display = ["tenant", "opt_in", "international", "daily_cap"]
    autocomplete_fields = ["tenant"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__reference"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: DestinationPolicy | None = None
    ) -> list[str]:
        return ["tenant"] if obj else []

    def has_delete_permission(
        self, request: HttpRequest, obj: DestinationPolicy | None = None
    ) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: DestinationPolicy,
        form: PolicyForm,
        change: bool,
    ) -> None:
        policy = set_destination_policy(
            tenant=obj.tenant,
            opt_in=form.cleaned_data["opt_in"],
            international=form.cleaned_data["international"],
            daily_cap=form.cleaned_data["daily_cap"],
            actor=cast(User, request.user),
        )
        obj.pk = policy.pk
