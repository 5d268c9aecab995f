"""Rows of an inline: as many as were sent, not as many as the request says."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.admin.options import InlineModelAdmin

    # What the mixin is mixed into: at run time it has no base of its own.
    _Inline = InlineModelAdmin
else:
    _Inline = object


class RowsAsSent(_Inline):
    """A request that counts millions of rows does not have them made.

    Each row that was sent has a field at least; for the number alone Django would make
    up to two thousand forms.
    """

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        if request.POST:
            most = len(request.POST)
            options |= {"max_num": most, "absolute_max": most}
        return super().get_formset(request, obj, **options)
