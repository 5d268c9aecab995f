from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.admin.forms import PolicyForm
from numbers.models import DestinationPolicy
from numbers.services.policy import PolicyChanged, set_destination_policy
from tenants.admin.base import staff_of
from tenants.sign_in.session_rules import confirm_person
from vms_portal.kernel.admin.questions import AsksBeforeSaving
from vms_portal.kernel.admin.refusals import ShowsRefusals


def allows_more(form: PolicyForm) -> bool:
    """Could calls go where they could not before, or to more new numbers a day?

    A new policy is compared with what holds for a customer without one.
    """
    stored = DestinationPolicy.objects.filter(pk=form.instance.pk).first()
    before, after = stored or DestinationPolicy(), form.cleaned_data
    return (
        not {*after["opt_in"]} <= {*before.opt_in}
        or not {*after["international"]} <= {*before.international}
        or after["daily_cap"] > before.daily_cap
    )


@admin.register(DestinationPolicy)
class DestinationPolicyAdmin(ShowsRefusals, AsksBeforeSaving):
    """Staff approve what a customer may call; every change is in the audit trail."""

    form = PolicyForm
    refusals = (PolicyChanged,)
    list_display = ["tenant", "special", "abroad", "daily_cap"]
    autocomplete_fields = ["tenant"]
    list_select_related = ["tenant"]
    search_fields = ["tenant__name", "tenant__reference"]

    @admin.display(description=gettext_lazy("special numbers"))
    def special(self, policy: DestinationPolicy) -> str:
        return ", ".join(policy.opt_in)

    @admin.display(description=gettext_lazy("prefixes abroad"))
    def abroad(self, policy: DestinationPolicy) -> str:
        return ", ".join(policy.international)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Prefixes as the list shows them to who reads; fields to who may change."""
        if obj and not self.has_change_permission(request, obj):
            return ["tenant", "special", "abroad", "daily_cap"]
        return ["tenant", "opt_in", "international", "daily_cap", "expected"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj and not self.has_change_permission(request, obj):
            return ["tenant", "special", "abroad"]
        return ["tenant"] if obj else []

    def consequences(
        self, request: HttpRequest, obj: DestinationPolicy, form: PolicyForm
    ) -> list[str]:
        """Say what calls lose when an approval is withdrawn."""
        stored = DestinationPolicy.objects.get(pk=obj.pk)
        values = form.cleaned_data
        lost = {*stored.opt_in, *stored.international} - {
            *values["opt_in"],
            *values["international"],
        }
        if not lost:
            return []
        names = {"prefixes": ", ".join(sorted(lost)), "customer": stored.tenant}
        return [
            _(
                "No plan of %(customer)s calls numbers that begin with %(prefixes)s "
                "any more; their calls go the next way."
            )
            % names,
            _("The customer's administrators are told by mail."),
        ]

    def why_refused(self, error: Exception) -> str:
        first = _("Somebody else changed this record first. Nothing was saved.")
        return " ".join((first, _("Open the record once more.")))

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
        if allows_more(form):
            confirm_person(request)
        policy = set_destination_policy(
            tenant=obj.tenant,
            opt_in=form.cleaned_data["opt_in"],
            international=form.cleaned_data["international"],
            daily_cap=form.cleaned_data["daily_cap"],
            actor=staff_of(request),
            reason=self.reason(request),
            expected=form.cleaned_data["expected"],
        )
        obj.pk = policy.pk
