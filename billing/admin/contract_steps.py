"""The steps of a contract's life in the back office, each on a page that asks."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.contract_days import end_words, ending_numbers, start_words
from billing.admin.contract_words import missing_words, page_of, why_not
from billing.models import ContractSummary, Order
from billing.rating.errors import UnlawfulDocument
from billing.selectors.readiness import Incomplete
from billing.selectors.summary import NoPriceListYet
from billing.services import contracts, summaries
from contracts.admin import ContractAdmin
from contracts.models import Contract
from numbers.admin.stopping import lines_words
from numbers.services.inventory import NumbersToCome, NumberTaken
from tenants.admin.base import staff_of
from vms_portal.kernel.admin.questions import (
    READ,
    Question,
    ReasonForm,
    TypedForm,
    answered,
    as_read,
    ask,
)
from vms_portal.kernel.data.open_months import MonthClosed, first_open_day
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.plain_fields import DayField

REFUSED = (
    MonthClosed,
    NumbersToCome,
    NumberTaken,
    UnlawfulDocument,
    Incomplete,
    NoPriceListYet,
    contracts.NotAgreed,
    contracts.Outdated,
    contracts.WrongState,
    contracts.BeforeBilling,
    contracts.NotEnding,
)


def _may_credit_days(contract: Contract) -> bool:
    """Has it ended, and did closed months bill it?"""
    first, begun = first_open_day(), contract.activated_on
    return bool(contract.last_day and first and begun and begun < first)


class DayForm(forms.Form):
    day = DayField(
        label=gettext_lazy("First day of service"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class EndForm(ReasonForm, TypedForm):
    day = DayField(
        label=gettext_lazy("Last day of service"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ["day", "reason", "typed"]


class ContractSteps(ContractAdmin):
    """Drawing up a summary, starting, ending, and taking an end back."""

    def steps_of(self, contract: Contract) -> dict[str, Any]:
        """Return what the box of steps on a contract's page shows."""
        rows = ContractSummary.objects.filter(contract=contract)
        return {
            "summaries": rows.select_related("agreement"),
            "newest": summaries.newest(contract),
            "orders": Order.objects.filter(contract=contract),
            "is_agreed": summaries.is_agreed(contract),
            "is_ending": contracts.is_ending(contract, local_date(timezone.now())),
            "state_words": contract.state_words(local_date(timezone.now())),
            "missing": missing_words(contract),
            "may_credit_days": _may_credit_days(contract),
        }

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        steps = [
            path(f"<int:pk>/{name}/", wrap(view), name=f"contracts_contract_{name}")
            for name, view in {
                "steps": self.steps,
                "draw_up": self.draw_up,
                "activate": self.activate,
                "terminate": self.terminate,
                "withdraw_end": self.withdraw_end,
            }.items()
        ]
        return [*steps, *super().get_urls()]

    def steps(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The box of steps, which refreshes itself while a summary is rendered."""
        contract = get_object_or_404(Contract, pk=pk)
        if not self.has_view_permission(request, contract):
            raise PermissionDenied
        context = self.steps_of(contract) | {
            "original": contract,
            "has_change_permission": self.has_change_permission(request, contract),
        }
        return TemplateResponse(request, "admin/billing/_contract_steps.html", context)

    def draw_up(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Draw up the next version of the contract summary."""
        if request.method != "POST":
            raise PermissionDenied
        contract = self._contract(request, pk)
        try:
            summaries.draw_up(
                contract=contract, actor=staff_of(request), now=timezone.now()
            )
        except (Incomplete, NoPriceListYet) as error:
            messages.error(request, why_not(error, contract))
        else:
            told = _("The summary is being rendered. Send it when it is ready.")
            messages.success(request, told)
        return redirect("admin:contracts_contract_change", pk)

    def activate(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask for the first day and say what begins with it."""
        contract = self._contract(request, pk)
        today = local_date(timezone.now())
        form = DayForm(request.POST or None, initial={"day": today.isoformat()})
        is_valid = form.is_valid()
        day = form.cleaned_data.get("day", today) if form.is_bound else today
        told = start_words(contract, day)
        if not is_valid:
            head = _("What follows is for %(day)s as its first day.")
        elif request.POST.get(READ) in (as_read(told), None):
            return self._try(request, contract, self._activate, form.cleaned_data)
        else:
            head = _(
                "With %(day)s as its first day other things happen than were said "
                "before. Read them, then start the contract."
            )
            form = DayForm(initial={"day": day})
        title = _("Start contract %(contract)s") % {"contract": contract}
        question = Question(
            title,
            [head % {"day": day_words(day)}, *told],
            _("Start the contract"),
            page_of(contract),
            kept=[(READ, as_read(told))],
            is_danger=False,
        )
        return ask(self, request, question, form)

    def terminate(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask for the last day, the reason and the contract's own name."""
        contract = self._contract(request, pk)
        today = local_date(timezone.now())
        form = EndForm(
            answered(request),
            expected=contract.reference,
            initial={"day": today.isoformat()},
        )
        is_valid = form.is_valid()
        day = form.cleaned_data.get("day", today) if form.is_bound else today
        told = end_words(contract, day)
        if not is_valid:
            head = _("What follows is for %(day)s as its last day.")
        elif request.POST.get(READ) in (as_read(told), None):
            return self._try(request, contract, self._terminate, form.cleaned_data)
        else:
            head = _(
                "With %(day)s as its last day other things happen than were said "
                "before. Read them, then end the contract."
            )
            entered = {name: form.cleaned_data[name] for name in ("day", "reason")}
            form = EndForm(expected=contract.reference, initial=entered)
        question = Question(
            _("End contract %(contract)s") % {"contract": contract},
            [head % {"day": day_words(day)}, *told],
            _("End the contract"),
            page_of(contract),
            kept=[(READ, as_read(told))],
        )
        return ask(self, request, question, form)

    def withdraw_end(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask why, then let a contract that is to end go on."""
        contract = self._contract(request, pk)
        form = ReasonForm(answered(request))
        if form.is_valid():
            return self._try(request, contract, self._withdraw_end, form.cleaned_data)
        title = _("Withdraw the end of contract %(contract)s") % {"contract": contract}
        told = [
            _("The contract goes on, and the numbers that end with it go on, too."),
            _("The customer's administrators are told by mail."),
        ]
        button = _("Withdraw the end")
        question = Question(title, told, button, page_of(contract), is_danger=False)
        return ask(self, request, question, form)

    def _activate(self, request: HttpRequest, contract: Contract, values: Any) -> str:
        contracts.activate(
            contract=contract,
            activated_on=values["day"],
            actor=staff_of(request),
            now=timezone.now(),
        )
        told = _("The contract is active from %(day)s.") % {
            "day": day_words(values["day"])
        }
        return " ".join([told, *start_words(contract, values["day"])])

    def _terminate(self, request: HttpRequest, contract: Contract, values: Any) -> str:
        lines = lines_words(ending_numbers(contract, values["day"]), values["day"])
        count = contracts.terminate(
            contract=contract,
            last_day=values["day"],
            reason=values["reason"],
            actor=staff_of(request),
            now=timezone.now(),
        )
        for line in lines:
            messages.warning(request, line)
        told = _("The contract ends on %(day)s. Its numbers end with it: %(count)d.")
        if values["day"] < local_date(timezone.now()):
            told = _(
                "The contract ended on %(day)s. Its numbers end with it: %(count)d."
            )
        return told % {"day": day_words(values["day"]), "count": count}

    def _withdraw_end(
        self, request: HttpRequest, contract: Contract, values: Any
    ) -> str:
        count = contracts.withdraw_end(
            contract=contract,
            reason=values["reason"],
            actor=staff_of(request),
            now=timezone.now(),
        )
        told = _("The contract goes on. Its numbers go on with it: %(count)d.")
        return told % {"count": count}

    def _try(
        self, request: HttpRequest, contract: Contract, act: Any, values: Any
    ) -> HttpResponseBase:
        try:
            messages.success(request, act(request, contract, values))
        except REFUSED as error:
            is_end = act == self._terminate
            messages.error(request, why_not(error, contract, is_end=is_end))
        return redirect("admin:contracts_contract_change", contract.pk)

    def _contract(self, request: HttpRequest, pk: int) -> Contract:
        contract = get_object_or_404(Contract, pk=pk)
        if not self.has_change_permission(request, contract):
            raise PermissionDenied
        return contract
