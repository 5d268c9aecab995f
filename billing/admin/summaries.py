from typing import TYPE_CHECKING, Any, TypedDict

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.contract_words import why_not
from billing.downloads import file_response
from billing.models import ContractSummary
from billing.selectors.readiness import Incomplete
from billing.services import summaries
from tenants.admin.base import staff_of
from vms_portal.kernel.admin.read_only import ReadOnlyAdmin

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Newest(TypedDict):
    """Of the contract's versions."""

    newest: int


@admin.register(ContractSummary)
class ContractSummaryAdmin(ReadOnlyAdmin):
    """Every version of every summary: its state, its PDF, its agreement."""

    list_display = [
        "__str__",
        "tenant",
        "state_now",
        "language",
        "created_at",
        "sent_at",
    ]
    list_filter = ["state", "language"]
    readonly_fields = ["state_now"]
    list_select_related = ["tenant", "contract"]
    search_fields = ["contract__reference", "tenant__name"]
    change_form_template = "admin/billing/summary.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        versions = ContractSummary.objects.filter(contract=OuterRef("contract"))
        newest = versions.order_by("-version").values("version")[:1]
        shown = super().get_queryset(request).select_related("agreement")
        return shown.annotate(newest=Subquery(newest))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_now(self, summary: "WithAnnotations[ContractSummary, Newest]") -> str:
        """A version that a newer one replaced cannot be agreed with any more."""
        newest = summary.newest
        if summary.version < newest and not hasattr(summary, "agreement"):
            return _("Replaced by v%(version)d") % {"version": newest}
        return str(summary.get_state_display())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What people read; the content is in the PDF."""
        return [
            "contract",
            "tenant",
            "version",
            "state_now",
            "language",
            "price_list",
            "problem",
            "created_at",
            "created_by",
            "sent_at",
            "sent_to",
        ]

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.change_contractsummary")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/pdf/", wrap(self.pdf), name="billing_contractsummary_pdf"),
            path(
                "<int:pk>/send/", wrap(self.send), name="billing_contractsummary_send"
            ),
        ]
        return [*own, *super().get_urls()]

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        summary = get_object_or_404(ContractSummary, pk=pk)
        name = f"{summary.contract.reference}-v{summary.version}"
        return file_response(request, summary.pdf, name)

    def send(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send a rendered summary to the customer's administrators."""
        if request.method != "POST" or not self.has_send_permission(request):
            raise PermissionDenied
        summary = get_object_or_404(ContractSummary, pk=pk)
        try:
            sent = summaries.send(
                summary=summary, actor=staff_of(request), now=timezone.now()
            )
        except summaries.NotReady:
            told = _("It is not rendered, was sent before, or is not the newest.")
            messages.error(request, told)
        except Incomplete as error:
            messages.error(request, why_not(error, summary.contract))
        else:
            told = _("Sent to %(people)s.") % {"people": sent.sent_to}
            messages.success(request, told)
        return redirect("admin:contracts_contract_change", summary.contract_id)
