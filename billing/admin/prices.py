import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.admin.base import record_change
from billing.models import PriceList
from vms_portal.kernel.local_time import local_date


class PriceListForm(forms.ModelForm):
    """A list is pasted as JSON; its own ``id`` and ``valid_from`` may be left in."""

    class Meta:
        model = PriceList
        fields = ["reference", "valid_from", "definition"]
        widgets = {
            "definition": forms.Textarea(attrs={"rows": 24, "cols": 90}),
        }
        help_texts = {
            "definition": _(
                "JSON with subscription, trm, one_off and options; "
                "docs/billing.md describes it."
            )
        }

    def clean_definition(self) -> Any:
        found = self.cleaned_data["definition"]
        if isinstance(found, dict):
            found = {k: v for k, v in found.items() if k not in ("id", "valid_from")}
        return found


@admin.register(PriceList)
class PriceListAdmin(admin.ModelAdmin):
    """Lists to come may be mended; one in force is contractual and stays."""

    form = PriceListForm
    list_display = ["reference", "valid_from", "subscription", "per_call", "is_used"]
    ordering = ["-valid_from"]

    @admin.display(description=_("subscription"))
    def subscription(self, prices: PriceList) -> str:
        bands = prices.definition["subscription"]["bands"]
        return ", ".join(f"≤ {b.get('up_to') or '∞'}: {b['price']}" for b in bands)

    @admin.display(description=_("per call"))
    def per_call(self, prices: PriceList) -> str:
        return json.dumps(prices.definition["trm"]["per_call"]).strip('"')

    @admin.display(description=_("in force"), boolean=True)
    def is_used(self, prices: PriceList) -> bool:
        return prices.valid_from <= local_date(timezone.now())

    def has_change_permission(
        self, request: HttpRequest, obj: PriceList | None = None
    ) -> bool:
        if obj is not None and self.is_used(obj):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: PriceList | None = None
    ) -> bool:
        if obj is not None and self.is_used(obj):
            return False
        return super().has_delete_permission(request, obj)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        record_change(request, form.instance, formsets, form.changed_data, change)
