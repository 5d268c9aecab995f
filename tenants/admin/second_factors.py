from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.admin.base import KeepsSecrets, staff_of
from tenants.audit.details import VALUES
from tenants.services.people import AlreadyRemoved, remove_second_factor
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.admin.questions import Question, ReasonForm, answered, ask

# allauth's own page shows and takes the secrets, and records nothing.
admin.site.unregister(Authenticator)

# Its model has English names only; none of these is part of a migration.
_meta = Authenticator._meta
_meta.verbose_name = gettext_lazy("second step of a sign-in")
_meta.verbose_name_plural = gettext_lazy("second steps of sign-ins")
_meta.app_config.verbose_name = gettext_lazy("People")
for _name, _words in {
    "user": gettext_lazy("person"),
    "type": gettext_lazy("kind"),
    "created_at": gettext_lazy("created at"),
    "last_used_at": gettext_lazy("last used at"),
}.items():
    _meta.get_field(_name).verbose_name = _words


def step_words(kind: str) -> str:
    """Return what a second step is: an app, a passkey or recovery codes."""
    return VALUES.told(kind)


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(kind, step_words(kind)) for kind in Authenticator.Type.values]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in Authenticator.Type.values:
            return queryset
        return queryset.filter(type=self.value())


@admin.register(Authenticator)
class SecondFactorAdmin(KeepsSecrets):
    """The second steps people set up: to be seen, and removed when one is lost."""

    menu_name = gettext_lazy("second steps of sign-ins")
    fields = ("person", "kind", "created_at", "last_used_at")
    list_display = fields
    readonly_fields = ["person", "kind"]
    list_filter = [KindFilter]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]

    @admin.display(description=gettext_lazy("person"), ordering="user")
    def person(self, factor: Authenticator) -> str:
        return str(factor.user)

    @admin.display(description=gettext_lazy("kind"), ordering="type")
    def kind(self, factor: Authenticator) -> str:
        return step_words(factor.type)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Call it by its kind and its person, which is what it is looked at for."""
        factor = self.get_object(request, unquote(object_id))
        if factor is not None:
            names = {"person": factor.user}
            extra_context = {
                "title": _("Second step of %(person)s") % names,
                "subtitle": step_words(factor.type),
                **(extra_context or {}),
            }
        return super().change_view(request, object_id, form_url, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest, *args: Any) -> dict[str, Any]:
        """One at a time: nobody loses the second steps of many people at once."""
        return {}

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask why, then remove it; the person hears of it by mail."""
        factor = self.get_object(request, unquote(object_id))
        if factor is None:
            raise Http404
        if not self.has_delete_permission(request, factor):
            raise PermissionDenied
        form = ReasonForm(answered(request))
        if not form.is_valid():
            return ask(self, request, _question(factor), form)
        confirm_person(request)
        try:
            remove_second_factor(
                authenticator=factor,
                by=staff_of(request),
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except AlreadyRemoved as error:
            raise Http404 from error
        told = _("The second step of %(person)s is removed.")
        messages.success(request, told % {"person": factor.user})
        return redirect("admin:mfa_authenticator_changelist")


def _question(factor: Authenticator) -> Question:
    """What is asked before a second step is removed."""
    names = {"person": factor.user, "kind": step_words(factor.type)}
    told = [
        _("%(person)s signs in without this step from now on: %(kind)s.") % names,
        _("%(person)s is signed out everywhere.") % names,
        _("Who must have a second step sets up another at the next sign-in."),
        _("%(person)s is told by mail.") % names,
    ]
    title = _("Remove a second step of %(person)s") % names
    back = reverse("admin:mfa_authenticator_change", args=[factor.pk])
    return Question(title, told, _("Remove it"), back)
