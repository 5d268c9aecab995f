"""What the admin pages of billing share."""

import datetime as dt
from collections.abc import Set
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from billing.rating import codes
from billing.rating.codes import Group
from billing.rating.parse_prices import is_of_a_family


def month_words(month: dt.date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


PROMOTED_CODES = codes.names_of(Group.WORK, Group.OPTION, Group.FEE)


def is_known_code(code: str, known: Set[str]) -> bool:
    """Is ``code`` one of the ``known``, or of a family that is priced by quotation?"""
    return code in known or is_of_a_family(code)


class MonthFilter(admin.SimpleListFilter):
    """The months that have rows, as people name them."""

    title = gettext_lazy("month")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        rows = model_admin.model.objects.order_by("-month")
        months = rows.values_list("month", flat=True).distinct()
        return [(f"{m:%Y-%m-%d}", month_words(m)) for m in months]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {value for value, _words in self.lookup_choices}
        if self.value() not in known:
            return queryset
        return queryset.filter(month=self.value())
