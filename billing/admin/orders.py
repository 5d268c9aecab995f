import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.base import is_known_code, month_words
from billing.admin.codes import PricedCode, listed_codes
from billing.models import ContractOption, OneOff, Order
from billing.rating import codes
from billing.rating.codes import INSTALLATION, Group
from billing.selectors.work import (
    has_billed,
    invoice_of,
    is_billed,
    is_set_aside,
    month_for,
)
from contracts.models import Contract
from contracts.references import next_reference
from tenants.admin.base import record_entered
from vms_portal.kernel.admin.inline_rows import RowsAsSent
from vms_portal.kernel.admin.made_from import KnowsItsOrigin
from vms_portal.kernel.data.open_months import (
    FIRST_MONTH,
    OpenMonthsMixin,
    first_open_day,
    hold_off_close,
    refuse_deleted,
)
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date

WORK, OPTIONS = codes.names_of(Group.WORK), codes.names_of(Group.OPTION)
ACCEPTED = ["terms_version", "accepted_by", "accepted_at"]


class OptionForm(OpenMonthsMixin, forms.ModelForm):
    code = PricedCode("options", OPTIONS)
    fixed: Iterable[str] = ("code", "quantity", "messages", "quoted_price")

    def clean(self) -> dict[str, Any]:
        """Whoever was set aside is billed later: the price is entered now."""
        if self.instance.pk and is_set_aside(self.instance.tenant_id):
            self.fixed = ()
        return super().clean() or {}

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if not is_known_code(code, OPTIONS | listed_codes("options")):
            raise ValidationError(_("No price list knows this code."))
        return code


class OneOffForm(forms.ModelForm):
    code = PricedCode("one_off", WORK)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip().upper()
        if not is_known_code(code, WORK | listed_codes("one_off")):
            raise ValidationError(_("No price list knows this code."))
        return code

    def clean_completed_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["completed_on"]
        if day is not None and day < FIRST_MONTH:
            told = _("Work cannot be completed before %(day)s.")
            raise ValidationError(told % {"day": day_words(FIRST_MONTH)})
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        code, quantity = values.get("code"), values.get("quantity")
        if code and quantity is not None:
            told = codes.refused_quantity(code, quantity)
            if told:
                self.add_error("quantity", _(told))
        # Held off until the request ends, a close cannot come in between.
        first_open_day()
        if self.has_changed() and self.instance.pk and is_billed(self.instance.stored):
            self.add_error(None, billed_text(self.instance.stored))
        return values


def billed_text(work: OneOff) -> str:
    """Say why the work stays as it is."""
    invoice = invoice_of(work)
    if invoice is None:
        return _("The month of this work is being closed: it stays as it is.")
    told = _("This work is on invoice %(invoice)s: it is credited, not changed.")
    return told % {"invoice": invoice}


class OptionFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        refuse_deleted(self)


class OneOffFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Installation once: on this order and on the contract's others."""
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and is_billed(form.instance.stored):
                raise ValidationError(billed_text(form.instance.stored))
        own = [form.instance.pk for form in self.forms if form.instance.pk]
        kept = [form for form in self.forms if form not in self.deleted_forms]
        entered = [getattr(form, "cleaned_data", {}).get("code") for form in kept]
        once = INSTALLATION.name
        done = OneOff.objects.filter(contract=self.instance.contract_id, code=once)
        earlier = done.exclude(pk__in=own).count()
        if once in entered and entered.count(once) + earlier > 1:
            raise ValidationError(_("A contract is installed once."))


class OptionInline(RowsAsSent, admin.TabularInline):
    model = ContractOption
    verbose_name, verbose_name_plural = gettext_lazy("option"), gettext_lazy("options")
    form = OptionForm
    formset = OptionFormSet
    fields = ["code", "quantity", "messages", "starts_on", "ends_on", "quoted_price"]
    extra = 0


class OneOffInline(RowsAsSent, admin.TabularInline):
    model = OneOff
    form = OneOffForm
    formset = OneOffFormSet
    fields = ["code", "quantity", "completed_on", "quoted_price", "billed_with"]
    readonly_fields = ["billed_with"]
    extra = 0

    @admin.display(description=gettext_lazy("billed with"))
    def billed_with(self, work: OneOff) -> str:
        return month_words(work.month) if work.month else "-"


@admin.register(Order)
class OrderAdmin(KnowsItsOrigin):
    """What a customer ordered on one day, and which terms they accepted with it."""

    list_display = ["reference", "tenant", "contract", "ordered_on"]
    list_select_related = ["tenant", "contract"]
    search_fields = ["reference", "tenant__name", "contract__reference"]
    date_hierarchy = "ordered_on"
    autocomplete_fields = ["contract"]
    inlines = [OptionInline, OneOffInline]

    def lock_before(self, obj: Order) -> None:
        """Starting a contract puts off the work of its orders."""
        hold_off_close()
        list(Contract.objects.select_for_update(no_key=True).filter(pk=obj.contract_id))

    def get_exclude(self, request: HttpRequest, obj: Order | None = None) -> list[str]:
        """Terms are accepted with the summary; what older orders say is kept."""
        return ["tenant", *ACCEPTED] if not (obj and obj.accepted_by) else ["tenant"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        today = local_date(timezone.now())
        return {
            "reference": next_reference(Order.objects.all(), "O", today.year),
            "ordered_on": today,
            **super().get_changeform_initial_data(request),
        }

    def get_readonly_fields(
        self, request: HttpRequest, obj: Order | None = None
    ) -> list[str]:
        """The day of an order decides prices: it stays once an invoice holds any."""
        if obj is None:
            return []
        accepted = ACCEPTED if obj.accepted_by else []
        fixed = ["contract", "ordered_on"] if has_billed(obj) else ["contract"]
        return [*fixed, *accepted]

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
            if isinstance(item, OneOff):
                self._put_off(request, item)
            item.save()
        for item in formset.deleted_objects:
            item.delete()

    def _put_off(self, request: HttpRequest, work: OneOff) -> None:
        """Have an open month bill work of a closed one, and say so."""
        if work.pk and work.stored.completed_on == work.completed_on:
            return
        work.bill_in = month_for(work.completed_on)
        if work.completed_on and work.bill_in:
            told = _("%(closed)s is closed: %(work)s is billed with %(month)s.")
            values = {
                "closed": month_words(work.completed_on),
                "work": work.code,
                "month": month_words(work.bill_in),
            }
            messages.warning(request, told % values)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        action = "order.changed" if change else "order.added"
        record_entered(request, form, formsets, action=action)
