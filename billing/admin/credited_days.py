"""Crediting the days of closed months after the day on which a contract ended."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.admin.base import month_words
from billing.admin.contract_words import page_of
from billing.rating.codes import CORRECTION
from billing.rating.money import NOTHING
from billing.selectors.overbilled import Overbilled, overcharged
from billing.services import corrections
from billing.services.numbering import SeriesEnded
from billing.wording import code_words, line_description
from contracts.models import Contract
from tenants.admin.base import staff_of
from vms_portal.kernel.admin.questions import Question, ReasonForm, answered, ask
from vms_portal.kernel.admin.read_only import ReadOnlyAdmin
from vms_portal.kernel.formatting import colon, day_words, euro

# What somebody else did meanwhile, or a close that runs.
REFUSED = (
    corrections.NothingTooMuch,
    corrections.AmountChanged,
    corrections.CloseRuns,
    corrections.Waits,
    corrections.NotEnded,
    SeriesEnded,
)


class LastDayForm(forms.Form):
    day = forms.DateField(
        label=gettext_lazy("Last day that is due"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        try:
            corrections.require_ended(self.contract, day)
        except corrections.NotEnded:
            told = _("Choose a day of the service before its last one.")
            raise forms.ValidationError(told) from None
        return day


class CreditForm(ReasonForm):
    """``amount`` is what the person was shown: another one is asked for anew."""

    amount = forms.DecimalField(widget=forms.HiddenInput)


class CreditDaysForm(CreditForm):
    day = forms.DateField(widget=forms.HiddenInput)


class CreditsDays(ReadOnlyAdmin):
    """First the day, then what would be credited, then the credit."""

    def days(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not request.user.has_perm("billing.add_invoice"):
            raise PermissionDenied
        contract = get_object_or_404(Contract.objects.select_related("tenant"), pk=pk)
        chosen = LastDayForm(request.POST or None, contract=contract)
        if not chosen.is_valid():
            return self._ask_day(request, contract, chosen)
        day = chosen.cleaned_data["day"]
        months = overcharged(contract, day)
        total = sum((one.amount for one in months), NOTHING)
        form = CreditDaysForm(
            answered(request), initial={"day": day.isoformat(), "amount": total}
        )
        if form.is_valid():
            return self._credit_days(request, contract, form.cleaned_data)
        waits = [one for one in months if one.waits_for or one.problem]
        if waits or not total:
            error: Exception = corrections.NothingTooMuch()
            if waits:
                error = corrections.Waits(waits[0].waits_for or waits[0].month)
            messages.error(request, refused_words(error))
            return redirect(page_of(contract))
        return self._ask_days(request, contract, day, months, form)

    def _credit_days(
        self, request: HttpRequest, contract: Contract, values: dict[str, Any]
    ) -> HttpResponseBase:
        try:
            notes = corrections.credit_days(
                contract=contract,
                last_day=values["day"],
                amount=values["amount"],
                reason=values["reason"],
                actor=staff_of(request),
                now=timezone.now(),
            )
        except REFUSED as error:
            messages.error(request, refused_words(error))
            return redirect(page_of(contract))
        references = ", ".join(note.reference for note in notes)
        told = _("Credit note %(reference)s is issued.") % {"reference": references}
        messages.success(request, told)
        return redirect("admin:billing_invoice_change", notes[0].pk)

    def _ask_day(
        self, request: HttpRequest, contract: Contract, form: LastDayForm
    ) -> TemplateResponse:
        told = [
            _(
                "For a contract that was to end inside a closed month: its fees, its "
                "calls and its minimum of the days after that day are credited."
            ),
            _("The next page shows what it comes to. Nothing is issued yet."),
        ]
        title = _("Credit days of contract %(contract)s") % {"contract": contract}
        button, back = _("Show what is credited"), page_of(contract)
        question = Question(title, told, button, back, is_danger=False)
        return ask(self, request, question, form)

    def _ask_days(
        self,
        request: HttpRequest,
        contract: Contract,
        day: dt.date,
        months: list[Overbilled],
        form: CreditDaysForm,
    ) -> TemplateResponse:
        values = {
            "contract": contract,
            "customer": contract.tenant.name,
            "day": day_words(day),
            "amount": euro(sum((one.amount for one in months), Decimal(0))),
        }
        told = [
            _("%(amount)s excl. VAT are credited to %(customer)s.") % values,
            _("Calls after %(day)s that are delivered later are not billed.") % values,
            _("The credit note is mailed to the customer and cannot be undone."),
            _("The reason is printed on it."),
        ]
        title = _("Credit the days after %(day)s, contract %(contract)s") % values
        rows = [row for one in months for row in _rows(one)]
        question = Question(
            title, told, _("Issue the credit note"), page_of(contract), rows
        )
        return ask(self, request, question, form)


def _rows(one: Overbilled) -> list[str]:
    """What is credited of a month, line by line."""
    lines = [
        (line_description(line, get_language() or "en"), line.net) for line in one.days
    ]
    calls = sum((share for _invoice, share in one.shares), NOTHING)
    if calls:
        lines.append((code_words(CORRECTION.name), calls))
    month = month_words(one.month)
    return [
        f"{month}{colon()} {words}{colon()} {euro(amount)}" for words, amount in lines
    ]


def refused_words(error: Exception) -> str:
    """Return the sentence for what the service refused."""
    if isinstance(error, corrections.AmountChanged):
        told = _("It is %(amount)s now: calls have come or gone. Look once more.")
        return told % {"amount": euro(error.amount)}
    if isinstance(error, corrections.Waits):
        told = _("The customer's invoice of %(month)s comes first.")
        return told % {"month": month_words(error.month)}
    return {
        corrections.CloseRuns: _("A month is being closed. Try again in a moment."),
        corrections.NotEnded: _("Choose a day of the service before its last one."),
        SeriesEnded: _("This year's series of numbers has ended."),
    }.get(type(error), _("Nothing is to be credited any more."))
