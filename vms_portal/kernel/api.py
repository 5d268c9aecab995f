"""What every API endpoint shares: pages of bounded size, errors as data."""

import datetime as dt
from typing import Any

from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.fields import DateTimeField
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from vms_portal.kernel.api_conflict import Conflict as Conflict


class Pagination(PageNumberPagination):
    """``?page=2&page_size=50``; at most 200 rows a page."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class MomentField(DateTimeField):
    """A moment that can be counted on from, in any time zone.

    REST framework raises at the ends of the calendar instead of refusing.
    """

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        if not dt.MINYEAR < value.year < dt.MAXYEAR:
            self.fail("overflow")
        moment: dt.datetime = super().enforce_timezone(value)
        return moment


def error_as_data(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every refusal as ``{"error": code, "message": ..., "detail": {...}}``.

    ``error`` is stable and for programs, ``message`` for people. ``detail`` holds
    what is wrong by field, the state of a conflict, or the seconds to wait.
    """
    response = exception_handler(error, context)
    if response is None:
        return None
    found: Any = response.data
    detail: dict[str, Any] = {}
    if isinstance(found, dict) and isinstance(found.get("detail"), ErrorDetail):
        code, message = found["detail"].code, str(found["detail"])
    else:
        by_field = found if isinstance(found, dict) else {"non_field_errors": found}
        code, message, detail = "invalid", _first_message(by_field), by_field
    if isinstance(error, Conflict):
        detail = error.state
    elif isinstance(error, Throttled):
        detail = {"wait_seconds": int(response.headers.get("Retry-After", 1))}
    response.data = {"error": code, "message": message, "detail": detail}
    return response


def _first_message(found: Any) -> str:
    """Return the first sentence of nested errors, with the field it is about."""
    if isinstance(found, dict):
        for name, inner in found.items():
            text = _first_message(inner)
            if text:
                return text if name == "non_field_errors" else f"{name}: {text}"
        return ""
    if isinstance(found, list):
        return next(filter(None, map(_first_message, found)), "")
    return str(found)
