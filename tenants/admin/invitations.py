from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.admin.base import AuditedAdmin
from tenants.models import Invitation, Member
from tenants.services import invitations


class InvitationAdminForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["tenant", "email", "role"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        email = str(values.get("email", "")).strip().lower()
        members = Member.objects.filter(tenant=values.get("tenant"), is_active=True)
        if members.filter(user__email=email).exists():
            raise ValidationError({"email": _("This person is a member already.")})
        return values


@admin.register(Invitation)
class InvitationAdmin(AuditedAdmin):
    """Staff invite a customer's first administrator; its members do the rest."""

    form = InvitationAdminForm
    list_display = ["email", "tenant", "role", "created_at", "expires_at",
                    "accepted_at", "revoked_at"]  # fmt: skip
    list_filter = ["role"]
    list_select_related = ["tenant"]
    search_fields = ["email", "tenant__name", "tenant__reference"]
    autocomplete_fields = ["tenant"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "role": Member.Role.ADMIN,
            **super().get_changeform_initial_data(request),
        }

    def save_model(
        self, request: HttpRequest, obj: Invitation, form: Any, change: bool
    ) -> None:
        made = invitations.invite(
            by=request.user, tenant=obj.tenant,  # type: ignore[arg-type]
            email=obj.email, role=obj.role, now=timezone.now(),
        )  # fmt: skip
        obj.__dict__.update(made.__dict__)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The service has recorded it."""
        return admin.ModelAdmin.log_addition(self, request, obj, message)
