"""400 for a query that a list of the back office cannot take.

Django's own lists pass any look-up of an address on, to the template or the
database, and raise only there: ``?received_at__year=99999999``. The list runs in a
savepoint, so that the answer does not stand in a transaction that failed. A form sent
to a list carries the same query; there the list alone is asked first, so that what an
action does wrong is not taken for a fault of the address. Nor is what a column, a
filter or a query of ours does wrong: that stays an error of ours.
"""

import contextlib
import logging
import traceback
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin.options import TO_FIELD_VAR, IncorrectLookupParameters
from django.core.exceptions import BadRequest, FieldError, ValidationError
from django.db import DataError, ProgrammingError, transaction
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.defaults import bad_request

logger = logging.getLogger(__name__)
# IndexError: a range of one value. ProgrammingError: of three.
IMPOSSIBLE = (
    DataError,
    FieldError,
    IndexError,
    OverflowError,
    ProgrammingError,
    TypeError,
    ValidationError,
    ValueError,
)
HERE = f"{settings.BASE_DIR}/"
READING = ("GET", "HEAD", "OPTIONS")


class ListQueryMiddleware:
    """Stands last, so that it runs the view itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        name = match.url_name if match and match.app_name == "admin" else None
        if name and hasattr(view, "model_admin"):
            _require_own_field(view.model_admin.opts, request)
        is_list = str(name).endswith(("_changelist", "autocomplete"))
        if not is_list or not request.GET:
            return None
        try:
            with transaction.atomic():
                if request.method not in READING:
                    _ask_list(view, request)
                    return None
                response = view(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response
        except IMPOSSIBLE as error:
            if _is_ours(error):
                raise
            logger.warning(
                "list cannot take %s", request.get_full_path(), exc_info=True
            )
            return bad_request(request, error)


def _is_ours(error: Exception) -> bool:
    """Did code of ours raise it, or call what did, below Django's own list?"""
    is_ours = False
    for frame, _line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file.startswith(HERE) and "site-packages" not in file:
            is_ours = True
        elif frame.f_globals.get("__name__", "").startswith("django.contrib.admin"):
            # Ours only passed the query on.
            is_ours = False
    return is_ours


def _require_own_field(opts: Options, request: HttpRequest) -> None:
    """Raise BadRequest for a ``_to_field`` that is empty or no column of the model.

    Django takes an empty one for none, and then for the name of a field.
    """
    sent = [q[TO_FIELD_VAR] for q in (request.GET, request.POST) if TO_FIELD_VAR in q]
    if not {field.name for field in opts.concrete_fields}.issuperset(sent):
        raise BadRequest(f"no field to point at: {sent}")


def _ask_list(view: Any, request: HttpRequest) -> None:
    """Raise what the list would; a query the list itself answers goes on."""
    if hasattr(view, "model_admin"):
        with contextlib.suppress(IncorrectLookupParameters):
            view.model_admin.get_changelist_instance(request)
