"""Months that were billed too much: to find, to credit; and what was credited."""

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.admin.base import month_words
from billing.admin.credited_days import (
    REFUSED,
    CreditForm,
    CreditsDays,
    refused_words,
)
from billing.models import Correction, Invoice
from billing.selectors.overbilled import Overbilled, overbilled
from billing.services import corrections
from tenants.admin.base import staff_of
from vms_portal.kernel.admin.questions import Question, answered, ask
from vms_portal.kernel.formatting import euro

LIST = "admin:billing_correction_changelist"


@admin.register(Correction)
class CorrectionAdmin(CreditsDays):
    """What is open stands above what was credited."""

    list_display = [
        "credited_at",
        "tenant",
        "contract",
        "month_words",
        "last_day",
        "calls_billed",
        "calls_correct",
        "amount_words",
    ]
    list_select_related = ["tenant", "contract"]
    search_fields = ["tenant__name", "tenant__reference", "contract__reference"]
    exclude = ["number"]
    change_list_template = "admin/billing/corrections.html"

    @admin.display(description=gettext_lazy("month"), ordering="month")
    def month_words(self, made: Correction) -> str:
        return month_words(made.month)

    @admin.display(
        description=gettext_lazy("billed too much, excl. VAT"), ordering="amount"
    )
    def amount_words(self, made: Correction) -> str:
        return euro(made.amount)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path(
                "<int:contract>/<month:month>/credit/",
                wrap(self.credit),
                name="billing_correction_credit",
            ),
            path("days/<int:pk>/", wrap(self.days), name="billing_correction_days"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        more = {
            "overbilled": overbilled(),
            "may_credit": request.user.has_perm("billing.add_invoice"),
        }
        return super().changelist_view(request, {**more, **(extra_context or {})})

    def credit(
        self, request: HttpRequest, contract: int, month: dt.date
    ) -> HttpResponseBase:
        """Ask why, then credit what was billed too much."""
        if not request.user.has_perm("billing.add_invoice"):
            raise PermissionDenied
        open_ones = [one for one in overbilled((contract, month)) if one.amount]
        if not open_ones:
            messages.error(request, refused_words(corrections.NothingTooMuch()))
            return redirect(LIST)
        (one,) = open_ones
        form = CreditForm(answered(request), initial={"amount": one.amount})
        if not form.is_valid():
            return self._ask(request, one, form)
        return self._credit(request, one, form.cleaned_data)

    def _credit(
        self, request: HttpRequest, one: Overbilled, values: dict[str, Any]
    ) -> HttpResponseBase:
        here = redirect("admin:billing_correction_credit", one.contract.pk, one.month)
        try:
            notes = corrections.credit_overbilled(
                contract=one.contract,
                month=one.month,
                amount=values["amount"],
                reason=values["reason"],
                actor=staff_of(request),
                now=timezone.now(),
            )
        except (corrections.AmountChanged, corrections.CloseRuns) as error:
            messages.error(request, refused_words(error))
            return here
        except REFUSED as error:
            messages.error(request, refused_words(error))
            return redirect(LIST)
        references = ", ".join(note.reference for note in notes)
        told = _("Credit note %(reference)s is issued.") % {"reference": references}
        messages.success(request, told)
        return redirect("admin:billing_invoice_change", notes[0].pk)

    def _ask(
        self, request: HttpRequest, one: Overbilled, form: CreditForm
    ) -> TemplateResponse:
        values = {
            "contract": one.contract,
            "month": month_words(one.month),
            "billed": one.calls_billed,
            "correct": one.calls_correct,
            "customer": one.contract.tenant.name,
        }
        told = [
            _(
                "%(billed)d calls of %(customer)s are billed for %(month)s, "
                "%(correct)d of them are right."
            )
            % values,
            *_shares_told(one),
            ngettext(
                "The credit note is mailed to the customer and cannot be undone.",
                "The credit notes are mailed to the customer and cannot be undone.",
                len(one.shares),
            ),
            _("The reason is printed on it."),
        ]
        title = _("Credit calls of contract %(contract)s, %(month)s") % values
        button = _("Issue the credit note")
        question = Question(title, told, button, reverse(LIST))
        return ask(self, request, question, form)


def _shares_told(one: Overbilled) -> list[str]:
    invoices = Invoice.objects.defer("request").in_bulk([pk for pk, _x in one.shares])
    text = _("Invoice %(invoice)s: %(amount)s excl. VAT are credited.")
    return [
        text % {"invoice": invoices[pk], "amount": euro(amount)}
        for pk, amount in one.shares
    ]
