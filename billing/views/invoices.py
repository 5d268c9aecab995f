from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.downloads import file_response
from billing.models import Invoice
from numbers.services import checklist
from tenants.requests.permissions import billing_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.formatting import grouped
from vms_portal.kernel.local_time import local_date

PAGE_SIZE = 25


@require_safe
@billing_required
def invoice_list(request: PortalRequest) -> HttpResponse:
    """The customer's invoices and credit notes, newest first; filter by year."""
    mine = Invoice.objects.visible_to(acting(request))
    years = list(mine.order_by("-year").values_list("year", flat=True).distinct())
    year = request.GET.get("year", "")
    shown = mine.filter(year=year) if year in {str(y) for y in years} else mine
    shown = shown.with_credits().defer("request", "supplier", "customer")
    shown = shown.prefetch_related("files")
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "years": years,
        "year": year,
        "query": f"year={year}" if year else "",
        "today": local_date(timezone.now()),
    }
    return render(request, "billing/invoice_list.html", context)


@require_safe
@billing_required
def invoice_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """One document with its lines, VAT and how to pay it."""
    invoice = _mine(request, pk)
    context = {
        "invoice": invoice,
        "lines": invoice.lines.all(),
        "vat_rows": invoice.vat.all(),
        "credit_notes": invoice.credit_notes.all(),
        "is_invoice": invoice.kind == Invoice.Kind.INVOICE,
        "iban": grouped(invoice.supplier.get("iban", "")),
    }
    return render(request, "billing/invoice_detail.html", context)


@require_safe
@billing_required
def invoice_file(request: PortalRequest, pk: int, kind: str) -> HttpResponse:
    """Send the document as it was stored."""
    invoice = _mine(request, pk)
    response = file_response(request, invoice.file(kind), invoice.reference)
    checklist.tick(acting(request), "invoice")
    return response


def _mine(request: PortalRequest, pk: int) -> Invoice:
    mine = Invoice.objects.visible_to(acting(request)).with_credits()
    return get_object_or_404(mine.select_related("credits"), pk=pk)
