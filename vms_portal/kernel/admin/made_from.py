"""Forms of the back office that know what they were made from (docs/adr/0027)."""

import hashlib
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

FIELD = "made_from"


class KnowsItsOrigin(admin.ModelAdmin):
    """Saves nothing from a page that was open while somebody else saved.

    Every field is sent, also what nobody touched: a right that a colleague took away
    would come back with a corrected name. Listed before what asks or saves.
    """

    # All fields are written, also those the page does not show: read before a wait for
    # the row, they would undo what was waited for.
    is_locked_first = True

    def lock_before(self, obj: Any) -> None:
        """Lock what comes before the row in docs/lock-order.md."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        is_older = (
            request.method == "POST"
            and object_id is not None
            and not self._is_as_shown(request, unquote(object_id))
        )
        if is_older:
            told = _("Somebody else changed this record first. Nothing was saved.")
            messages.error(request, told)
            return redirect(request.get_full_path())
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _is_as_shown(self, request: HttpRequest, object_id: str) -> bool:
        """Is the row what the form was made from? Locked, it stays so."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_change_permission(request, obj):
            return True
        if self.is_locked_first:
            self.lock_before(obj)
            rows = self.model._default_manager.select_for_update(no_key=True)
            # Evaluated to be locked; whoever was waited for may have deleted it.
            list(rows.filter(pk=obj.pk))
            obj = self.get_object(request, object_id)
        made_from = request.POST.get(FIELD)
        if obj is None or not made_from:
            return True
        return fingerprint(self, request, obj) == made_from

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None and self.has_change_permission(request, obj):
            # As it was sent: a page that shows errors was not made anew.
            sent = request.POST.get(FIELD)
            context[FIELD] = sent or fingerprint(self, request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


def fingerprint(page: admin.ModelAdmin, request: HttpRequest, obj: models.Model) -> str:
    """Return a short text that changes with what the page's form would write.

    The rows of its inlines count too.
    """
    state: list[object] = [_values(obj, page.get_form(request, obj, change=True))]
    for rows in page.get_formsets_with_inlines(request, obj):
        formset, inline = rows
        mine = {formset.fk.name: obj}
        for row in inline.model._default_manager.filter(**mine).order_by("pk"):
            state.append((row.pk, _values(row, formset.form)))
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def _values(row: models.Model, form: Any) -> list[tuple[str, object]]:
    values = model_to_dict(row, fields=list(form.base_fields))
    return [(name, _plain(value)) for name, value in sorted(values.items())]


def _plain(value: Any) -> object:
    """Rows that were chosen by their keys, in one order."""
    if not isinstance(value, list):
        return value
    rows = [one.pk for one in value if isinstance(one, models.Model)]
    return sorted(rows) or value
