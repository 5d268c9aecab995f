import datetime as dt
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from vms_portal.kernel.admin.readable_values import readable
from vms_portal.kernel.admin.searched_select import KEY
from vms_portal.kernel.formatting import day_words


class ReadableChanges(HistoricalRecordContextHelper):
    """Says what changed as the page of the row says it."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        return readable(value, self.model._meta.get_field(change.field), "-")


class ReadOnlyHistoryAdmin(SimpleHistoryAdmin):
    """Shows earlier versions of a row and brings none of them back.

    A version holds every field of its time: saved again, a contract would be in a
    state that no document leads to.
    """

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> HistoricalRecordContextHelper:
        return ReadableChanges(self.model, historical_record)

    def history_form_view_title(self, request: HttpRequest, obj: Any) -> str:
        at: dt.datetime = obj._history.history_date
        moment = day_words(timezone.localtime(at), "DATETIME_FORMAT")
        return _("%(what)s on %(day)s") % {"what": obj, "day": moment}

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

    def render_history_view(
        self, request: HttpRequest, template: str, context: dict[str, Any], **more: Any
    ) -> HttpResponse:
        """Show a version as text: fields to type in would promise that it is saved."""
        if form := context.get("adminform"):
            names = [n for n in flatten_fieldsets(form.fieldsets) if self._tells(n)]
            form.fieldsets = [(None, {"fields": names})]
            form.readonly_fields = names
        answer: HttpResponse = super().render_history_view(
            request, template, context, **more
        )
        return answer

    def _tells(self, name: str) -> bool:
        """Is it of the row, and not only of the form that changes it?"""
        try:
            self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return hasattr(self, name)
        return True


def _require_keys(*texts: str) -> None:
    """Any other text would reach the database."""
    if not all(KEY.fullmatch(text) for text in texts):
        raise Http404
