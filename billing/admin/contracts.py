"""Contracts with what billing adds: prices, orders, summaries, start and end."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.base import PROMOTED_CODES, is_known_code
from billing.admin.codes import EVERY, PricedCode, listed_codes
from billing.admin.contract_steps import ContractSteps
from billing.models import Indexation, Promotion, SubscriptionQuote
from billing.rating.codes import CALL
from contracts.models import Contract
from tenants.admin.base import record_entered
from vms_portal.kernel.admin.inline_rows import RowsAsSent
from vms_portal.kernel.data.open_months import OpenMonthsMixin, refuse_deleted
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import first_from, month_after
from vms_portal.kernel.text import visible_text

INDEXED_CODES = PROMOTED_CODES | {CALL.name}


class PromotionForm(OpenMonthsMixin, forms.ModelForm):
    fixed = ("code", "percent")
    code = PricedCode(EVERY, PROMOTED_CODES)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if code == CALL.name or not is_known_code(code, PROMOTED_CODES):
            raise ValidationError(_("No promotion exists for this code."))
        return code


class IndexationForm(OpenMonthsMixin, forms.ModelForm):
    begins, ends = "effective_on", ""
    fixed = ("factor", "applies_to")

    class Meta:
        help_texts = {"factor": gettext_lazy("1.02 raises the prices by 2 %.")}

    def clean_applies_to(self) -> list[str]:
        codes = [code.strip().upper() for code in self.cleaned_data["applies_to"]]
        known = INDEXED_CODES | listed_codes("options") | listed_codes("one_off")
        for code in codes:
            if not is_known_code(code, known):
                told = _("No price has the code %(code)s.")
                raise ValidationError(told, params={"code": visible_text(code)})
        return codes

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        told_on = self.cleaned_data.get("notified_on")
        begins = self.cleaned_data.get("effective_on")
        is_asked = {"notified_on", "effective_on"}.intersection(self.changed_data)
        if is_asked and told_on and begins and begins < month_after(told_on):
            told = _(
                "The customer is told at least a month before: choose %(day)s or later."
            )
            first = first_from(month_after(told_on))
            self.add_error("effective_on", told % {"day": day_words(first)})
        return values


class PromotionFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        refuse_deleted(self)


class IndexationFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        refuse_deleted(self, "effective_on")


class QuoteInline(RowsAsSent, admin.StackedInline):
    model = SubscriptionQuote
    verbose_name = gettext_lazy("quotation")
    exclude = ["tenant"]
    extra = 0


class PromotionInline(RowsAsSent, admin.TabularInline):
    model = Promotion
    form = PromotionForm
    formset = PromotionFormSet
    exclude = ["tenant"]
    extra = 0


class IndexationInline(RowsAsSent, admin.TabularInline):
    model = Indexation
    form = IndexationForm
    formset = IndexationFormSet
    exclude = ["tenant"]
    extra = 0


admin.site.unregister(Contract)


@admin.register(Contract)
class PricedContractAdmin(ContractSteps):
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
        action = "contract.changed" if change else "contract.added"
        record_entered(request, form, formsets, action=action)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        contract = self.get_object(request, object_id)
        more = self.steps_of(contract) if contract is not None else {}
        return super().change_view(
            request, object_id, form_url, {**more, **(extra_context or {})}
        )
