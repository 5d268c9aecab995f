"""Rows of an inline: as many as were sent, not as many as the request says."""

from typing import Any

from django.http import HttpRequest


class RowsAsSent:
    """A request that counts millions of rows does not have them made.

    Each row that was sent has a field at least; for the number alone Django would make
    up to two thousand forms.
    """

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        if request.POST:
            most = len(request.POST)
            options |= {"max_num": most, "absolute_max": most}
        return super().get_formset(request, obj, **options)  # type: ignore[misc]
