from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.base import MonthFilter, month_words
from billing.documents.parties import address_lines
from billing.downloads import file_response
from billing.models import FileKind, Invoice, InvoiceLine, InvoiceVat
from billing.selectors.mailing import MailedAt, last_mail, with_mailed_at
from billing.services.crediting import NothingToCredit, credit_in_full, left_of
from billing.services.notices import NoAddress, send_again
from billing.services.numbering import SeriesEnded
from billing.wording import rate_words, unit_words
from tenants.admin.base import staff_of
from tenants.services.notices import why_unsent
from tenants.vat import spaced_vat
from vms_portal.kernel.admin.questions import Question, ReasonForm, answered, ask
from vms_portal.kernel.admin.read_only import ReadOnlyAdmin
from vms_portal.kernel.formatting import euro

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class LineInline(admin.TabularInline):
    model = InvoiceLine
    fields = readonly_fields = (
        "contract",
        "description",
        "quantity_words",
        "price",
        "promotion_amount",
        "net_amount",
    )
    extra = 0
    can_delete = False

    @admin.display(description=gettext_lazy("quantity"))
    def quantity_words(self, line: InvoiceLine) -> str:
        number = number_format(line.quantity.normalize(), use_l10n=True)
        return f"{number} {unit_words(line.unit, line.quantity)}".strip()

    @admin.display(description=gettext_lazy("unit price"))
    def price(self, line: InvoiceLine) -> str:
        amount = euro(line.unit_price, line.price_places)
        return f"{amount} / {line.base_quantity}" if line.base_quantity > 1 else amount

    @admin.display(description=gettext_lazy("promotion"))
    def promotion_amount(self, line: InvoiceLine) -> str:
        return euro(-line.allowance) if line.allowance else "-"

    @admin.display(description=gettext_lazy("net"))
    def net_amount(self, line: InvoiceLine) -> str:
        return euro(line.net)


class VatInline(admin.TabularInline):
    model = InvoiceVat
    fields = readonly_fields = ("category", "percent", "taxable_amount", "tax_amount")
    extra = 0
    can_delete = False

    @admin.display(description=gettext_lazy("rate"))
    def percent(self, row: InvoiceVat) -> str:
        return rate_words(row.rate) or "-"

    @admin.display(description=gettext_lazy("taxable"))
    def taxable_amount(self, row: InvoiceVat) -> str:
        return euro(row.taxable)

    @admin.display(description=gettext_lazy("VAT"))
    def tax_amount(self, row: InvoiceVat) -> str:
        return euro(row.tax)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Issued documents: to find, to download, to credit. Never to change."""

    list_display = [
        "reference",
        "pdf_link",
        "kind",
        "tenant",
        "month_words",
        "issued_on",
        "balance",
        "is_credited",
        "mailed",
    ]
    list_filter = [MonthFilter, "kind"]
    list_select_related = ["tenant"]
    search_fields = ["reference", "tenant__name", "tenant__reference", "communication"]
    date_hierarchy = "issued_on"
    fields = readonly_fields = (
        "reference",
        "kind",
        "tenant",
        "credits",
        "reason",
        "month_words",
        "issued_on",
        "due_on",
        "language",
        "excl_vat",
        "vat",
        "balance",
        "communication",
        "issued_by",
        "issued_for",
    )
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

    @admin.display(description=gettext_lazy("total excl. VAT"))
    def excl_vat(self, invoice: Invoice) -> str:
        return euro(invoice.sign * invoice.total_excl_vat)

    @admin.display(description=gettext_lazy("VAT"))
    def vat(self, invoice: Invoice) -> str:
        return euro(invoice.sign * invoice.total_vat)

    @admin.display(description=gettext_lazy("issued by"))
    def issued_by(self, invoice: Invoice) -> str:
        return _address(invoice.supplier)

    @admin.display(description=gettext_lazy("issued for"))
    def issued_for(self, invoice: Invoice) -> str:
        return _address(invoice.customer)

    @admin.display(description=gettext_lazy("month"), ordering="month")
    def month_words(self, invoice: Invoice) -> str:
        return month_words(invoice.month)

    @admin.display(description=gettext_lazy("mailed at"), ordering="mailed_at")
    def mailed(self, invoice: "WithAnnotations[Invoice, MailedAt]") -> str:
        at = invoice.mailed_at
        return date_format(localtime(at), "SHORT_DATETIME_FORMAT") if at else "-"

    @admin.display(description=gettext_lazy("credited"), boolean=True)
    def is_credited(self, invoice: Invoice) -> bool:
        return invoice.is_credited

    def get_queryset(self, request: HttpRequest) -> Any:
        shown: Any = super().get_queryset(request)
        return with_mailed_at(shown.defer("request").with_credits())

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            *(
                path(
                    f"<int:pk>/{kind}/",
                    wrap(self.file),
                    {"kind": kind},
                    name=f"billing_invoice_{kind}",
                )
                for kind in FileKind.values
            ),
            path("<int:pk>/credit/", wrap(self.credit), name="billing_invoice_credit"),
            path("<int:pk>/send/", wrap(self.send), name="billing_invoice_send"),
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
        is_invoice = invoice is not None and invoice.kind == Invoice.Kind.INVOICE
        notes = invoice.credit_notes.exists() if invoice is not None else False
        may_credit = (
            invoice is not None
            and is_invoice
            and (not notes or left_of(invoice) > 0)
            and request.user.has_perm("billing.add_invoice")
        )
        mail = last_mail(invoice) if invoice is not None else None
        more = {
            "mail": mail,
            "why_unsent": why_unsent(mail) if mail else "",
            "may_credit": may_credit,
            "is_partly_credited": notes,
            "may_send": request.user.has_perm("billing.add_invoice"),
        }
        return super().change_view(
            request, object_id, form_url, {**more, **(extra_context or {})}
        )

    def file(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        invoice = get_object_or_404(Invoice, pk=pk)
        return file_response(request, invoice.file(kind), invoice.reference)

    def credit(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask why, then credit a whole invoice, or what is left of it."""
        if not request.user.has_perm("billing.add_invoice"):
            raise PermissionDenied
        invoice, form = get_object_or_404(Invoice, pk=pk), ReasonForm(answered(request))
        if not form.is_valid():
            return self._ask_to_credit(request, invoice, form)
        try:
            note = credit_in_full(
                invoice=invoice,
                reason=form.cleaned_data["reason"],
                actor=staff_of(request),
                now=timezone.now(),
            )
        except NothingToCredit:
            messages.error(request, _("This document is credited in full already."))
            return redirect("admin:billing_invoice_change", pk)
        except SeriesEnded:
            messages.error(request, _("This year's series of numbers has ended."))
            return redirect("admin:billing_invoice_change", pk)
        told = _("Credit note %(reference)s is issued.") % {"reference": note.reference}
        messages.success(request, told)
        return redirect("admin:billing_invoice_change", note.pk)

    def _ask_to_credit(
        self, request: HttpRequest, invoice: Invoice, form: ReasonForm
    ) -> TemplateResponse:
        values = {
            "invoice": invoice,
            "amount": euro(left_of(invoice)),
            "customer": invoice.customer["name"],
        }
        told = [
            _("A credit note of %(amount)s for %(customer)s is issued.") % values,
            _("The credit note is mailed to the customer and cannot be undone."),
            _("The reason is printed on it."),
        ]
        title = _("Credit invoice %(invoice)s in full")
        if invoice.credit_notes.exists():
            title = _("Credit the rest of invoice %(invoice)s")
        back = reverse("admin:billing_invoice_change", args=[invoice.pk])
        question = Question(title % values, told, _("Issue the credit note"), back)
        return ask(self, request, question, form)

    def send(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Mail a document once more."""
        is_allowed = request.user.has_perm("billing.add_invoice")
        if request.method != "POST" or not is_allowed:
            raise PermissionDenied
        invoice = get_object_or_404(Invoice, pk=pk)
        try:
            notice = send_again(
                invoice=invoice, actor=staff_of(request), now=timezone.now()
            )
        except NoAddress:
            told = _("The customer has no e-mail address for invoices: enter it first.")
            messages.error(request, told)
        else:
            told = _("It is on its way to %(address)s.")
            messages.success(request, told % {"address": notice.address})
        return redirect("admin:billing_invoice_change", pk)


def _address(party: dict[str, Any]) -> str:
    """Return whom a document names, line by line, as it did on its day."""
    name, form = party.get("name", ""), party.get("legal_form", "")
    lines = [name if form in name else f"{name} {form}"]
    lines += address_lines(party)
    lines.append(spaced_vat(party.get("vat_number", "")))
    if reference := party.get("buyer_reference"):
        lines.append(_("Reference of the buyer: %(text)s") % {"text": reference})
    lines += [party.get("email", "")]
    shown = ((line,) for line in lines if line)
    return format_html_join("", "<div>{}</div>", shown)
