"""Searching lists of the back office by a number in any notation."""

from typing import Any, cast

from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from vms_portal.kernel.telephony import searched
from vms_portal.kernel.text import clean_text


class NumberSearchMixin:
    """Finds rows by words, and by the beginning of one of their ``number_fields``.

    Digits among words stand in the words of a row, or begin one of its numbers: they
    are found in the middle of no number.
    """

    number_fields: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        rows = self._by_words(request, queryset, search_term)
        # As it is seen, where a hidden character was pasted along.
        if (seen := clean_text(search_term)) != search_term:
            rows |= self._by_words(request, queryset, seen)
        if start := searched(search_term):
            rows |= queryset.filter(self._begins(start))
        return rows, True

    def _by_words(
        self, request: HttpRequest, queryset: QuerySet, text: str
    ) -> QuerySet:
        whole: Any = super()
        bits = text.split()
        digits = [bit for bit in bits if not any(c.isalpha() for c in bit)]
        words = [bit for bit in bits if bit not in digits]
        if not words or not digits:
            rows: QuerySet = whole.get_search_results(request, queryset, text)[0]
            return rows
        rows = whole.get_search_results(request, queryset, " ".join(words))[0]
        wanted = Q(*map(self._in_words, digits))
        if start := searched(" ".join(digits)):
            wanted |= self._begins(start)
        return rows.filter(wanted)

    def _in_words(self, digits: str) -> Q:
        """Return the condition that a text of a row which is no number has them."""
        condition, admin = Q(), cast("ModelAdmin[Any]", self)
        for name in admin.search_fields:
            has = Q(**{f"{name}__icontains": digits})
            if name in self.number_fields:
                has &= ~Q(**{f"{name}__startswith": "+"})
            condition |= has
        return condition

    def _begins(self, start: str) -> Q:
        numbers = Q()
        for name in self.number_fields:
            numbers |= Q(**{f"{name}__startswith": start})
        return numbers
