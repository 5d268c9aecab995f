from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from vms_portal.kernel.searched_select import KEY


class ReadOnlyHistoryAdmin(SimpleHistoryAdmin):
    """Shows earlier versions of a row and brings none of them back.

    A version holds every field of its time: saved again, a contract would be in a
    state that no document leads to.
    """

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        _require_keys(object_id)
        answer: HttpResponse = super().history_view(request, object_id, extra_context)
        return answer

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        _require_keys(object_id, version_id)
        # Without its button the form would still be taken.
        if request.method != "GET":
            raise PermissionDenied
        answer: HttpResponse = super().history_form_view(
            request, object_id, version_id, extra_context
        )
        return answer


def _require_keys(*texts: str) -> None:
    """Any other text would reach the database."""
    if not all(KEY.fullmatch(text) for text in texts):
        raise Http404
