from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from billing.admin.base import is_known_code, record_change
from billing.models import ContractOption, OneOff, Order, PriceList
from billing.rating.parse_prices import ONE_OFF_CODES, OPTION_CODES

HALF_DAYS = "CONSULT_DAY"


def listed_codes(kind: str) -> set[str]:
    """Return the codes that any price list has for ``options`` or ``one_off``."""
    lists = PriceList.objects.values_list("definition", flat=True)
    return {code for definition in lists for code in definition.get(kind, {})}


class OptionForm(forms.ModelForm):
    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if not is_known_code(code, OPTION_CODES | listed_codes("options")):
            raise ValidationError(_("No price list knows this code."))
        return code


class OneOffForm(forms.ModelForm):
    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if not is_known_code(code, ONE_OFF_CODES | listed_codes("one_off")):
            raise ValidationError(_("No price list knows this code."))
        return code

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        code, quantity = values.get("code"), values.get("quantity")
        if code == HALF_DAYS and quantity is not None and (quantity * 2) % 1:
            self.add_error("quantity", _("Consultancy is counted in half days."))
        if code == "INSTALL" and quantity != 1:
            self.add_error("quantity", _("A contract is installed once."))
        return values


class OneOffFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Installation once: on this order and on the contract's others."""
        super().clean()
        own = [form.instance.pk for form in self.forms if form.instance.pk]
        kept = [form for form in self.forms if form not in self.deleted_forms]
        codes = [getattr(form, "cleaned_data", {}).get("code") for form in kept]
        done = OneOff.objects.filter(contract=self.instance.contract_id, code="INSTALL")
        earlier = done.exclude(pk__in=own).count()
        if "INSTALL" in codes and codes.count("INSTALL") + earlier > 1:
            raise ValidationError(_("A contract is installed once."))


class OptionInline(admin.TabularInline):
    model = ContractOption
    form = OptionForm
    fields = ["code", "quantity", "messages", "starts_on", "ends_on", "quoted_price"]
    extra = 0


class OneOffInline(admin.TabularInline):
    model = OneOff
    form = OneOffForm
    formset = OneOffFormSet
    fields = ["code", "quantity", "completed_on", "quoted_price"]
    extra = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """What a customer ordered on one day, and which terms they accepted with it."""

    list_display = ["reference", "tenant", "contract", "ordered_on", "accepted_by"]
    list_select_related = ["tenant", "contract"]
    search_fields = ["reference", "tenant__name", "contract__reference"]
    date_hierarchy = "ordered_on"
    autocomplete_fields = ["contract"]
    exclude = ["tenant"]
    inlines = [OptionInline, OneOffInline]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Order | None = None
    ) -> list[str]:
        return ["contract"] if obj else []

    def has_delete_permission(
        self, request: HttpRequest, obj: Order | None = None
    ) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Order, form: Any, change: bool
    ) -> None:
        obj.tenant = obj.contract.tenant
        super().save_model(request, obj, form, change)

    def save_formset(
        self, request: HttpRequest, form: Any, formset: Any, change: bool
    ) -> None:
        """Options and work belong to the contract of their order."""
        for item in formset.save(commit=False):
            item.tenant = form.instance.tenant
            item.contract = form.instance.contract
            item.save()
        for item in formset.deleted_objects:
            item.delete()

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        record_change(request, form.instance, formsets, form.changed_data, change)
