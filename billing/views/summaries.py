from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from billing.documents.contract_summary import PriceGroup, price_groups
from billing.downloads import file_response
from billing.models import ContractSummary
from billing.selectors.summary import content_of
from billing.services import summaries
from contracts.models import Contract
from tenants.requests.permissions import billing_required, team_required
from tenants.requests.portal_request import PortalRequest, acting
from vms_portal.kernel.web.statuses import CONFLICT, UNPROCESSABLE


class AgreementForm(forms.Form):
    terms = forms.BooleanField(
        label=gettext_lazy(
            "I have read the contract summary and accept it together with the general "
            "and particular terms."
        ),
        error_messages={"required": gettext_lazy("Please accept the terms to agree.")},
    )


@require_safe
@billing_required
def contract_list(request: PortalRequest) -> HttpResponse:
    """The customer's contracts, what is ordered on them, and their summaries."""
    contracts = Contract.objects.visible_to(acting(request)).prefetch_related(
        "summaries__agreement", "options", "summaries__files"
    )
    return render(request, "billing/contract_list.html", {"contracts": contracts})


@require_safe
@billing_required
def summary_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """One version of a contract summary, to read, download and agree with."""
    return _page(request, _mine(request, pk), AgreementForm())


@require_safe
@billing_required
def summary_pdf(request: PortalRequest, pk: int) -> HttpResponse:
    summary = _mine(request, pk)
    name = f"{summary.contract.reference}-v{summary.version}"
    return file_response(request, summary.pdf, name)


@require_POST
@team_required
def summary_agree(request: PortalRequest, pk: int) -> HttpResponse:
    """Agree with the summary and the terms, for the customer, once."""
    summary, form = _mine(request, pk), AgreementForm(request.POST)
    if not form.is_valid():
        return _page(request, summary, form, status=UNPROCESSABLE)
    try:
        summaries.agree(
            summary=summary,
            member=acting(request),
            has_accepted_terms=form.cleaned_data["terms"],
            # The person's, not that of the proxy in front.
            address=get_adapter().get_client_ip(request),
            now=timezone.now(),
        )
    except summaries.AlreadyAgreed:
        messages.info(request, _("Someone of your team agreed before you."))
        return _page(request, _mine(request, pk), form, status=CONFLICT)
    except summaries.NotReady:
        messages.warning(request, _("There is a newer summary of this contract."))
        return _page(request, _mine(request, pk), form, status=CONFLICT)
    messages.success(request, _("Thank you. Your agreement is recorded."))
    return redirect("billing:summary_detail", pk=pk)


def _page(
    request: PortalRequest,
    summary: ContractSummary,
    form: forms.Form,
    status: int = 200,
) -> HttpResponse:
    context = {
        "summary": summary,
        "agreement": getattr(summary, "agreement", None),
        "is_newest": summaries.is_newest(summary),
        "groups": _prices(summary),
        "form": form,
        "file": summary.pdf,
        "terms_version": settings.OPERATOR.terms_version,
    }
    return render(request, "billing/summary_detail.html", context, status=status)


def _mine(request: PortalRequest, pk: int) -> ContractSummary:
    """A summary that was sent; drafts of the operator are not the customer's."""
    sent = ContractSummary.objects.visible_to(acting(request)).filter(
        state=ContractSummary.State.SENT
    )
    return get_object_or_404(
        sent.select_related("contract", "agreement", "price_list"), pk=pk
    )


def _prices(summary: ContractSummary) -> list[PriceGroup]:
    """Return the prices as printed: their words were frozen in that language."""
    with translation.override(summary.language):
        return price_groups(content_of(summary))
