"""Searching lists of the back office by a number in any notation."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from vms_portal.kernel.telephony import searched
from vms_portal.kernel.text import clean_text


class NumberSearchMixin:
    """Finds rows by words, and by the beginning of one of their ``number_fields``."""

    number_fields: tuple[str, ...] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        whole: Any = super()
        found, _has_twins = whole.get_search_results(request, queryset, search_term)
        # As it is seen, where a hidden character was pasted along.
        if (seen := clean_text(search_term)) != search_term:
            found |= whole.get_search_results(request, queryset, seen)[0]
        if start := searched(search_term):
            numbers = Q()
            for name in self.number_fields:
                numbers |= Q(**{f"{name}__startswith": start})
            found |= queryset.filter(numbers)
        return found, True
