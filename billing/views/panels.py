"""Parts of pages: what billing tells on Home, and the month so far."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.models import Invoice
from billing.rating.model import PricedDocument
from billing.selectors.estimate import estimate as estimate_month
from billing.wording import code_words
from tenants.requests.permissions import billing_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.local_time import first_of_month, local_date


@require_safe
@billing_required
def home_panel(request: PortalRequest) -> HttpResponse:
    """The newest invoice, and what of it was credited."""
    issued = Invoice.objects.visible_to(acting(request)).defer("request")
    invoices = issued.filter(kind=Invoice.Kind.INVOICE).with_credits()
    context = {"invoice": invoices.first()}
    return render(request, "billing/_home_panel.html", context)


@require_safe
@billing_required
def estimate(request: PortalRequest) -> HttpResponse:
    """The current month as it stands: whole-month fees, calls and work so far."""
    month = first_of_month(local_date(timezone.now()))
    (this_month,) = estimate_month(month, [acting(request).tenant])
    context = {
        "month": month,
        "estimate": this_month,
        "rows": _rows(this_month.document),
    }
    page = "billing/_estimate.html" if request.htmx else "billing/estimate.html"
    return render(request, page, context)


def _rows(document: PricedDocument | None) -> list[dict[str, object]]:
    lines = document.lines if document else ()
    return [
        {"label": code_words(line.code), "contract": line.contract, "net": line.net}
        for line in lines
    ]
