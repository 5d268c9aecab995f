"""The rows of a list that were selected for an action, as they are by now."""

from typing import TypeVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

M = TypeVar("M", bound=Model)


def ticked_rows(
    model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[M]
) -> QuerySet[M]:
    """Return every row that was ticked, also where the list's filter hides it by now.

    Django's ``queryset`` lacks those that a colleague was faster with. Who chose all
    of a list, without ticking them, gets those that it has now.
    """
    if request.POST.get("select_across") == "1":
        return queryset
    keys = request.POST.getlist(ACTION_CHECKBOX_NAME)
    rows: QuerySet[M] = model_admin.get_queryset(request).filter(pk__in=keys)
    return rows


def warn_of_none(request: HttpRequest) -> None:
    """Say that of all rows of a filtered list none is left."""
    told = _("Nothing changed: none of the selected rows is in this list any more.")
    messages.warning(request, told)
