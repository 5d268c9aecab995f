from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.admin.base import ReadOnlyAdmin, staff_of
from billing.downloads import pdf_response
from billing.models import ContractSummary
from billing.services import summaries


@admin.register(ContractSummary)
class ContractSummaryAdmin(ReadOnlyAdmin):
    """Every version of every summary: its state, its PDF, its agreement."""

    list_display = ["__str__", "tenant", "state", "language", "created_at", "sent_at"]
    list_filter = ["state", "language"]
    list_select_related = ["tenant", "contract"]
    search_fields = ["contract__reference", "tenant__name"]
    change_form_template = "admin/billing/summary.html"

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
        return pdf_response(request, summary.files.first(), name)

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
        else:
            told = _("Sent to %(people)s.") % {"people": sent.sent_to or "-"}
            messages.success(request, told)
        return redirect("admin:contracts_contract_change", summary.contract_id)
