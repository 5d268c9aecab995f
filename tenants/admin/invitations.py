from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from tenants.admin.base import KeepsSecrets, staff_of
from tenants.models import Invitation, Member, User
from tenants.refusals import REFUSED, sentence
from tenants.services import invitation_rights, invitations
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.admin.refusals import ShowsRefusals
from vms_portal.kernel.plain_fields import PlainField
from vms_portal.kernel.text import clean_text


class InvitationAdminForm(forms.ModelForm):
    """Refuses in the form what the service would refuse after it."""

    by: User

    reason = PlainField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy(
            "Needed when the customer has an administrator. The customer's "
            "administrators read it."
        ),
    )

    class Meta:
        model = Invitation
        fields = ["tenant", "email", "role", "reason"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        email, tenant = values["email"], values["tenant"]
        members = Member.objects.filter(tenant=tenant, is_active=True)
        if members.filter(user__email=email).exists():
            raise ValidationError({"email": _("This person is a member already.")})
        try:
            invitation_rights.check_author(
                self.by,
                tenant=tenant,
                sees_all_numbers=True,
                reason=values["reason"],
            )
        except REFUSED as refused:
            raise ValidationError(sentence(refused)) from refused
        return values


@admin.register(Invitation)
class InvitationAdmin(ShowsRefusals, KeepsSecrets):
    """Staff invite a customer's first administrator; its members do the rest."""

    form = InvitationAdminForm
    refusals = REFUSED
    list_display = [
        "email",
        "tenant",
        "role",
        "created_at",
        "mailed_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    ]
    list_filter = ["role"]
    list_select_related = ["tenant"]
    search_fields = ["email", "tenant__name", "tenant__reference"]
    autocomplete_fields = ["tenant"]
    exclude = ["token_hash"]
    change_form_template = "admin/tenants/invitation.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: type[InvitationAdminForm] = super().get_form(request, *args, **kwargs)
        form.by = staff_of(request)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "role": Member.Role.ADMIN,
            **super().get_changeform_initial_data(request),
        }

    def why_refused(self, error: Exception) -> str:
        return sentence(error)

    def save_model(
        self, request: HttpRequest, obj: Invitation, form: Any, change: bool
    ) -> None:
        confirm_person(request)
        made = invitations.invite(
            by=staff_of(request),
            tenant=obj.tenant,
            email=obj.email,
            role=obj.role,
            reason=obj.reason,
            now=timezone.now(),
        )
        obj.__dict__.update(made.__dict__)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path(
                "<int:pk>/again/",
                wrap(require_POST(self.send_again)),
                name="tenants_invitation_again",
            ),
            path(
                "<int:pk>/link/",
                wrap(require_POST(self.show_link)),
                name="tenants_invitation_link",
            ),
        ]
        return [*own, *super().get_urls()]

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Mail an open invitation once more, under a new link."""
        try:
            made = invitations.send_again(**self._asked(request, pk))
        except REFUSED as refused:
            return self._refused(request, pk, refused)
        text = _("The invitation is on its way to %s. The earlier link is void.")
        messages.success(request, text % made.email)
        return redirect("admin:tenants_invitation_changelist")

    def show_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a new link this once, for who gets no mail."""
        try:
            made, url = invitations.show_link(**self._asked(request, pk))
        except REFUSED as refused:
            return self._refused(request, pk, refused)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Link of an invitation"),
            "opts": self.opts,
            "invitation": made,
            "url": url,
        }
        return render(request, "admin/tenants/invitation_link.html", context)

    def _asked(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        if not self.has_add_permission(request):
            raise PermissionDenied
        confirm_person(request)
        rows = Invitation.objects.select_related("tenant")
        return {
            "by": staff_of(request),
            "invitation": get_object_or_404(rows, pk=pk),
            "now": timezone.now(),
            "reason": clean_text(request.POST.get("reason", ""))[:200],
        }

    def _refused(self, request: HttpRequest, pk: int, refused: Exception) -> Any:
        messages.error(request, sentence(refused))
        return redirect("admin:tenants_invitation_change", pk)
