"""Codes to choose from, each with its words and the price of today's list."""

from collections.abc import Iterator, Set
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import PriceList
from billing.rating.codes import FAMILIES
from billing.wording import code_words, in_order
from vms_portal.kernel.formatting import euro
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.plain_fields import PlainField

# Of a promotion: whatever a contract pays, the subscription included.
EVERY = "every"


def listed_codes(kind: str) -> set[str]:
    """Return the codes that any price list has for ``options`` or ``one_off``."""
    lists = PriceList.objects.values_list("definition", flat=True)
    return {code for definition in lists for code in definition.get(kind) or {}}


def prices_today(kind: str) -> dict[str, Any]:
    """Return the prices of ``kind`` in the list in force today."""
    prices = _list_today()
    if kind == EVERY:
        return {**(prices.get("one_off") or {}), **(prices.get("options") or {})}
    return dict(prices.get(kind) or {})


def names_today() -> dict[str, dict[str, str]]:
    """Return what the codes of the list in force today are called."""
    return dict(_list_today().get("names", {}))


def _list_today() -> dict[str, Any]:
    lists = PriceList.objects.filter(valid_from__lte=local_date(timezone.now()))
    newest = lists.order_by("-valid_from").first()
    return newest.definition if newest else {}


class SuggestingInput(forms.TextInput):
    """A field with a list beside it: what is on quotation has no code of its own."""

    template_name = "admin/billing/suggesting_input.html"

    def __init__(self, suggestions: Any) -> None:
        super().__init__({"autocomplete": "off"})
        self.suggestions = suggestions

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        own = context["widget"]["attrs"]
        own["list"] = f"{own.get('id', name)}_list"
        return {**context, "suggestions": list(self.suggestions())}


class PricedCode(PlainField):
    """A code of a price list, suggested with its words and its price."""

    def __init__(self, kind: str, own: Set[str]) -> None:
        def suggestions() -> Iterator[tuple[str, str]]:
            prices, names = prices_today(kind), names_today()
            for code in in_order(own | listed_codes(kind)):
                price = prices.get(code)
                told = f" · {_price(price)}" if price or kind != EVERY else ""
                yield code, f"{code_words(code, names.get(code))}{told}"
            if kind == "options":
                for family in FAMILIES:
                    words = code_words(family.start)
                    yield family.start, f"{words} · {_price(None)}"

        super().__init__(
            label=gettext_lazy("Code"),
            max_length=40,
            widget=SuggestingInput(suggestions),
            help_text=gettext_lazy("Choose from the list; the price stands beside it."),
        )


def _price(price: Any) -> str:
    """A plain price of a list; bands and what has none are told in words."""
    if isinstance(price, str | int | float):
        return euro(Decimal(str(price)))
    return _("by number") if price else _("on quotation")
