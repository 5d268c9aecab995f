from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.base import ReadOnlyAdmin, staff_of
from billing.downloads import pdf_response
from billing.models import Invoice, InvoiceLine, InvoiceVat
from billing.services.crediting import NothingToCredit, credit_in_full
from vms_portal.kernel.formatting import euro
from vms_portal.kernel.plain_fields import PlainField


class LineInline(admin.TabularInline):
    model = InvoiceLine
    fields = [
        "position", "contract", "code", "description", "quantity", "unit",
        "unit_price", "allowance", "net",
    ]  # fmt: skip
    extra = 0
    can_delete = False


class VatInline(admin.TabularInline):
    model = InvoiceVat
    fields = ["category", "rate", "taxable", "tax"]
    extra = 0
    can_delete = False


class CreditForm(forms.Form):
    reason = PlainField(label=gettext_lazy("reason"), max_length=200)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Issued documents: to find, to download, to credit. Never to change."""

    list_display = [
        "reference", "kind", "tenant", "month", "issued_on", "balance", "is_credited",
        "pdf_link",
    ]  # fmt: skip
    list_filter = ["kind", "month"]
    list_select_related = ["tenant"]
    search_fields = ["reference", "tenant__name", "tenant__reference", "communication"]
    date_hierarchy = "issued_on"
    exclude = ["request"]
    inlines = [LineInline, VatInline]
    change_form_template = "admin/billing/invoice.html"

    @admin.display(description="PDF")
    def pdf_link(self, invoice: Invoice) -> str:
        url = reverse("admin:billing_invoice_pdf", args=[invoice.pk])
        return format_html('<a href="{}">PDF</a>', url)

    @admin.display(
        description=gettext_lazy("total incl. VAT"), ordering="total_incl_vat"
    )
    def balance(self, invoice: Invoice) -> str:
        return euro(invoice.balance)

    @admin.display(description=gettext_lazy("credited"), boolean=True)
    def is_credited(self, invoice: Invoice) -> bool:
        return invoice.is_credited

    def get_queryset(self, request: HttpRequest) -> Any:
        shown: Any = super().get_queryset(request)
        return shown.defer("request").with_credits()

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/pdf/", wrap(self.pdf), name="billing_invoice_pdf"),
            path("<int:pk>/credit/", wrap(self.credit), name="billing_invoice_credit"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        invoice = self.get_object(request, object_id)
        may_credit = (
            invoice is not None
            and invoice.kind == Invoice.Kind.INVOICE
            and not invoice.credit_notes.exists()
            and request.user.has_perm("billing.add_invoice")
        )
        more = {"may_credit": may_credit, "credit_form": CreditForm()}
        return super().change_view(
            request, object_id, form_url, {**more, **(extra_context or {})}
        )

    def pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        invoice = get_object_or_404(Invoice, pk=pk)
        return pdf_response(request, invoice.files.first(), invoice.reference)

    def credit(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Issue the credit note of a whole invoice."""
        is_allowed = request.user.has_perm("billing.add_invoice")
        if request.method != "POST" or not is_allowed:
            raise PermissionDenied
        invoice, form = get_object_or_404(Invoice, pk=pk), CreditForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Please give the reason of the credit."))
            return redirect("admin:billing_invoice_change", pk)
        try:
            note = credit_in_full(
                invoice=invoice, reason=form.cleaned_data["reason"],
                actor=staff_of(request), now=timezone.now(),
            )  # fmt: skip
        except NothingToCredit:
            messages.error(request, _("This document is credited in full already."))
            return redirect("admin:billing_invoice_change", pk)
        told = _("Credit note %(reference)s is issued.") % {"reference": note.reference}
        messages.success(request, told)
        return redirect("admin:billing_invoice_change", note.pk)
