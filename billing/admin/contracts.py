"""Contracts with what billing adds: prices, orders, summaries, start and end."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.base import PROMOTED_CODES, is_known_code, record_change, staff_of
from billing.models import Indexation, Promotion, SubscriptionQuote
from billing.rating.errors import UnlawfulDocument
from billing.selectors.summary import NoPriceListYet
from billing.services import contracts, summaries
from contracts.admin import ContractAdmin
from contracts.models import Contract
from numbers.selectors import ending_with
from numbers.services.inventory import NumbersToCome
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.open_months import (
    MonthClosed,
    OpenMonthsMixin,
    closed_end_text,
    closed_text,
    first_open_day,
    refuse_deleted,
)


class PromotionForm(OpenMonthsMixin, forms.ModelForm):
    fixed = ("code", "percent")

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if code == "TRM_CALL" or not is_known_code(code, PROMOTED_CODES):
            raise ValidationError(_("No promotion exists for this code."))
        return code


class IndexationForm(OpenMonthsMixin, forms.ModelForm):
    begins, ends = "effective_on", ""
    fixed = ("factor", "applies_to")


class PromotionFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        refuse_deleted(self)


class IndexationFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        refuse_deleted(self, "effective_on")


class QuoteInline(admin.StackedInline):
    model = SubscriptionQuote
    exclude = ["tenant"]
    extra = 0


class PromotionInline(admin.TabularInline):
    model = Promotion
    form = PromotionForm
    formset = PromotionFormSet
    exclude = ["tenant"]
    extra = 0


class IndexationInline(admin.TabularInline):
    model = Indexation
    form = IndexationForm
    formset = IndexationFormSet
    exclude = ["tenant"]
    extra = 0


class DayForm(forms.Form):
    day = forms.DateField(
        label=gettext_lazy("day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


admin.site.unregister(Contract)


@admin.register(Contract)
class PricedContractAdmin(ContractAdmin):
    """From draft over the agreed summary to active, and to the end."""

    inlines = [QuoteInline, PromotionInline, IndexationInline]
    change_form_template = "admin/billing/contract.html"

    def get_readonly_fields(
        self, request: HttpRequest, obj: Contract | None = None
    ) -> list[str]:
        """Dates of service are set by starting and ending, not by hand."""
        shown = super().get_readonly_fields(request, obj)
        return [*shown, "activated_on", "last_day"]

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        for item in formset.save(commit=False):
            item.tenant = form.instance.tenant
            item.save()
        for item in formset.deleted_objects:
            item.delete()

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        record_change(request, form.instance, formsets, form.changed_data, change)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        contract = self.get_object(request, object_id)
        more: dict[str, Any] = {"day_form": DayForm()}
        if contract is not None:
            more |= {
                "summaries": contract.summaries.select_related("agreement"),  # type: ignore[attr-defined]
                "orders": contract.orders.all(),  # type: ignore[attr-defined]
                "is_agreed": summaries.is_agreed(contract),
                "today": local_date(timezone.now()).isoformat(),
                "numbers": ending_with(contract, local_date(timezone.now())).count(),
                "first_open": first_open_day(),
            }
        return super().change_view(
            request, object_id, form_url, {**more, **(extra_context or {})}
        )

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        steps = [
            path(f"<int:pk>/{name}/", wrap(view), name=f"contracts_contract_{name}")
            for name, view in {
                "draw_up": self.draw_up,
                "activate": self.activate,
                "terminate": self.terminate,
            }.items()
        ]
        return [*steps, *super().get_urls()]

    def draw_up(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Draw up the next version of the contract summary."""
        contract = self._contract(request, pk)
        try:
            summaries.draw_up(
                contract=contract, actor=staff_of(request), now=timezone.now()
            )
        except NoPriceListYet:
            told = _("No price list is in force on the day of subscription.")
            messages.error(request, told)
        else:
            told = _("The summary is being rendered. Send it when it is ready.")
            messages.success(request, told)
        return redirect("admin:contracts_contract_change", pk)

    def activate(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return self._dated(request, pk, self._activate)

    def terminate(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return self._dated(request, pk, self._terminate)

    def _activate(self, request: HttpRequest, contract: Contract, day: Any) -> str:
        contracts.activate(
            contract=contract, activated_on=day, actor=staff_of(request),
            now=timezone.now(),
        )  # fmt: skip
        return _("The contract is active.")

    def _terminate(self, request: HttpRequest, contract: Contract, day: Any) -> str:
        count = ending_with(contract, day).count()
        contracts.terminate(
            contract=contract, last_day=day, actor=staff_of(request),
            now=timezone.now(),
        )  # fmt: skip
        told = _("The contract ends on %(day)s. Its numbers end with it: %(count)d.")
        return told % {"day": date_format(day), "count": count}

    def _dated(self, request: HttpRequest, pk: int, act: Any) -> HttpResponseBase:
        contract, form = self._contract(request, pk), DayForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Please give the day."))
        else:
            try:
                told = act(request, contract, form.cleaned_data["day"])
                messages.success(request, told)
            except MonthClosed as closed:
                is_end = act == self._terminate
                text = closed_end_text if is_end else closed_text
                messages.error(request, text(closed.first))
            except NumbersToCome as error:
                told = _("A number of the contract begins on %(day)s, after that day.")
                messages.error(request, told % {"day": date_format(error.first_day)})
            except contracts.NotAgreed:
                told = _("The newest summary is not agreed: the contract cannot start.")
                messages.error(request, told)
            except contracts.Outdated:
                told = _(
                    "Channels or prices changed since the agreement: draw up a new "
                    "summary."
                )
                messages.error(request, told)
            except UnlawfulDocument as error:
                told = _("The customer's details come first: %(problem)s")
                messages.error(request, told % {"problem": error.message})
            except contracts.WrongState:
                told = _("The contract is not in a state from which this is possible.")
                messages.error(request, told)
        return redirect("admin:contracts_contract_change", pk)

    def _contract(self, request: HttpRequest, pk: int) -> Contract:
        contract = get_object_or_404(Contract, pk=pk)
        allowed = self.has_change_permission(request, contract)
        if request.method != "POST" or not allowed:
            raise PermissionDenied
        return contract
