from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tenants.admin.base import AskedAdmin, AuditedAdmin
from tenants.models import Member, Tenant
from tenants.sign_in.session_rules import confirm_person
from tenants.vat import SEPARATORS, spaced_vat
from tenants.words.countries import EU, country_choices
from vms_portal.kernel.plain_fields import NO_SLUG


class CustomerForm(forms.ModelForm):
    country = forms.ChoiceField(label=_("Country"), choices=country_choices)

    class Meta:
        error_messages = {"reference": {"invalid": NO_SLUG}}

    on_invoices = ("street", "city")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = spaced_vat(self.initial.get("vat_number", ""))
        self.initial["vat_number"] = shown
        # Invoices show the address and never change; customers of before may lack it.
        for name in self.on_invoices:
            if name in self.fields and self.instance.pk is None:
                self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_new, lies_in = self.instance.pk is None, values.get("country")
        if is_new and lies_in in EU and not values.get("postal_code"):
            required = self.fields["postal_code"].error_messages["required"]
            self.add_error("postal_code", required)
        return values


@admin.register(Tenant)
class TenantAdmin(AskedAdmin):
    """Customers. One that leaves is made inactive and keeps its records."""

    form = CustomerForm
    list_display = ["name", "reference", "vat", "city", "language", "is_active"]
    list_filter = ["is_active", "language", "vat_treatment"]
    search_fields = ["name", "reference", "vat_number"]
    fieldsets = [
        (None, {"fields": ["reference", "name", "legal_form", "is_active"]}),
        (_("Address"), {"fields": ["street", "postal_code", "city", "country"]}),
        (
            _("Invoices"),
            {
                "fields": [
                    "vat_number",
                    "vat_treatment",
                    "language",
                    "billing_email",
                    "buyer_reference",
                ]
            },
        ),
    ]

    def consequences(self, request: HttpRequest, obj: Tenant, form: Any) -> list[str]:
        """Say what making a customer inactive does to its people."""
        if "is_active" not in form.changed_data or form.cleaned_data["is_active"]:
            return []
        members = Member.objects.for_tenant(obj).filter(is_active=True).count()
        return [
            ngettext(
                "%(count)d person can no longer use the portal for %(customer)s.",
                "%(count)d people can no longer use the portal for %(customer)s.",
                members,
            )
            % {"count": members, "customer": obj},
            gettext("Its API tokens are refused."),
            gettext("Its contracts go on and are billed until they are ended."),
        ]

    def save_model(
        self, request: HttpRequest, obj: Tenant, form: Any, change: bool
    ) -> None:
        """Letting a customer's people and tokens in again outlives who clicked it."""
        if change and obj.is_active and "is_active" in form.changed_data:
            confirm_person(request)
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["reference"] if obj else []

    @admin.display(description=_("VAT number"), ordering="vat_number")
    def vat(self, customer: Tenant) -> str:
        return spaced_vat(customer.vat_number)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Tenant], search_term: str
    ) -> tuple[QuerySet[Tenant], bool]:
        """A VAT number is found as people write it, too."""
        tenants, may_repeat = super().get_search_results(request, queryset, search_term)
        compact = SEPARATORS.sub("", search_term)
        if compact != search_term and any(letter.isdigit() for letter in compact):
            tenants |= queryset.filter(vat_number__icontains=compact)
        return tenants, may_repeat


@admin.register(Member)
class MemberAdmin(AuditedAdmin):
    """Who works for which customer, to look at: its administrators decide."""

    list_display = ["user", "tenant", "role", "sees_all_numbers", "is_active"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "tenant"]
    search_fields = ["user__email", "user__name", "tenant__name", "tenant__reference"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
