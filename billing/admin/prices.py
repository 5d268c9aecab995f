from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.admin.price_words import (
    EXAMPLE,
    PricesField,
    price_words,
    prices_in_words,
    problems_of,
    subscription_words,
)
from billing.models import PriceList
from billing.rating.errors import BadInput
from billing.rating.parse_prices import parse_price_list
from billing.services import prices as service
from tenants.admin.base import staff_of
from vms_portal.kernel.admin.made_from import KnowsItsOrigin
from vms_portal.kernel.admin.questions import Question, ReasonForm, answered, ask
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date

OWN = ("id", "valid_from")


def _definition_help() -> SafeString:
    text = _(
        "Prices in euro excluding VAT, as JSON: amounts in quotation marks with a "
        "point, up to four decimals. “subscription” has a band for each quantity of "
        "numbers; “trm” the price of a call and the least a month costs; “one_off” "
        "work that is billed once and “options” what is billed each month, by their "
        "codes. After saving, the page says it in words. For example:"
    )
    return format_html("{}<pre>{}</pre>", text, EXAMPLE)


definition_help = lazy(_definition_help, SafeString)()


class PriceListForm(forms.ModelForm):
    """A list is pasted as JSON; its own ``id`` and ``valid_from`` may be left in."""

    class Meta:
        model = PriceList
        fields = ["reference", "valid_from", "definition"]
        field_classes = {"definition": PricesField}
        widgets = {
            "definition": forms.Textarea(attrs={"rows": 24, "cols": 90}),
        }
        help_texts = {
            "valid_from": gettext_lazy(
                "A future date. Whoever ordered before keeps their prices."
            ),
            "definition": definition_help,
        }

    def clean_definition(self) -> Any:
        """Two dates in one form would leave open which one is meant."""
        definition = self.cleaned_data["definition"]
        if not isinstance(definition, dict):
            return definition
        first, told = self.cleaned_data.get("valid_from"), definition.get("valid_from")
        if first and told not in (None, first.isoformat()):
            text = _("The JSON says valid_from %(day)s, the field says another day.")
            raise ValidationError(text % {"day": told})
        return {key: value for key, value in definition.items() if key not in OWN}

    def full_clean(self) -> None:
        super().full_clean()
        if self.errors or not self.is_bound:
            return
        try:
            service.refuse_reaching_back(self.instance, local_date(timezone.now()))
        except (service.NotToCome, service.AlreadyOrdered) as error:
            self.add_error("valid_from", why_not(error))
            # The page asks of the list as it is stored whether it may be changed.
            self.instance.valid_from = self.initial.get("valid_from")


def why_not(error: Exception) -> str:
    """Return the sentence for what the service refused."""
    if isinstance(error, service.NotToCome):
        return _(
            "A price list begins on a future date: what was ordered keeps the prices "
            "of its day."
        )
    if isinstance(error, service.AlreadyOrdered):
        days = [date_format(day, "SHORT_DATE_FORMAT") for day in error.days[:3]]
        text = _("Something is ordered on days this list would price: %(days)s.")
        return text % {"days": ", ".join(days)}
    return _("A contract summary was drawn up with this list: it stays.")


@admin.register(PriceList)
class PriceListAdmin(KnowsItsOrigin):
    """Lists to come may be changed or withdrawn; one in force is contractual."""

    form = PriceListForm
    list_display = ["reference", "valid_from", "subscription", "per_call", "is_used"]
    readonly_fields = ["in_words"]
    ordering = ["-valid_from"]
    change_form_template = "admin/billing/price_list.html"

    def lock_before(self, obj: PriceList) -> None:
        service.hold_off_orders()

    @admin.display(description=gettext_lazy("subscription"))
    def subscription(self, prices: PriceList) -> str:
        try:
            listed = parse_price_list(prices.as_input())
        except BadInput:
            # Taken by an earlier release, whose codes could be anything.
            return "; ".join(problems_of(prices.definition))
        return "; ".join(subscription_words(listed.subscription))

    @admin.display(description=gettext_lazy("per call"))
    def per_call(self, prices: PriceList) -> str:
        try:
            listed = parse_price_list(prices.as_input())
        except BadInput:
            return "-"
        return "; ".join(price_words(listed.per_call))

    @admin.display(description=gettext_lazy("prices"))
    def in_words(self, prices: PriceList) -> str:
        return prices_in_words(prices.definition)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Words for who reads; the JSON as well for who may change it."""
        entered = ["reference", "valid_from"]
        if obj is None:
            return [*entered, "definition"]
        if not self.has_change_permission(request, obj):
            return [*entered, "in_words"]
        return [*entered, "in_words", "definition"]

    @admin.display(description=gettext_lazy("in force"), boolean=True)
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
        """Withdrawing asks for a reason and is recorded; deleting is not."""
        return False

    def save_model(
        self, request: HttpRequest, obj: PriceList, form: Any, change: bool
    ) -> None:
        service.enter(prices=obj, actor=staff_of(request), now=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.withdraw)
        own = path("<int:pk>/withdraw/", view, name="billing_pricelist_withdraw")
        return [own, *super().get_urls()]

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask for the reason, then take back a list that is not in force."""
        prices = get_object_or_404(PriceList, pk=pk)
        if not self.has_change_permission(request, prices):
            raise PermissionDenied
        form = ReasonForm(answered(request))
        # The trail of price lists is the operator's own: no customer reads it.
        form.fields["reason"].help_text = ""
        if form.is_valid():
            return self._withdraw(request, prices, form.cleaned_data["reason"])
        told = _(
            "This list would be in force from %(day)s. Once it is withdrawn, the list "
            "before it goes on; nobody's prices change. Its prices stay in the audit "
            "trail."
        ) % {"day": day_words(prices.valid_from)}
        title = _("Withdraw price list %(list)s") % {"list": prices}
        back = reverse("admin:billing_pricelist_change", args=[prices.pk])
        question = Question(title, [told], _("Withdraw this list"), back)
        return ask(self, request, question, form)

    def _withdraw(
        self, request: HttpRequest, prices: PriceList, reason: str
    ) -> HttpResponseBase:
        try:
            service.withdraw(
                prices=prices,
                reason=reason,
                actor=staff_of(request),
                now=timezone.now(),
            )
        except PriceList.DoesNotExist:
            messages.info(request, _("Somebody withdrew this list before you."))
        except (service.NotToCome, service.AlreadyOrdered, service.InUse) as error:
            messages.error(request, why_not(error))
            return redirect("admin:billing_pricelist_change", prices.pk)
        else:
            told = _("Price list %(list)s is withdrawn. No price has changed.")
            messages.success(request, told % {"list": prices})
        return redirect("admin:billing_pricelist_changelist")
