"""What every API endpoint shares: pages of bounded size, errors as data."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ErrorDetail, Throttled, ValidationError
from rest_framework.fields import DateTimeField
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import exception_handler

from vms_portal.kernel.api.conflict import Conflict as Conflict
from vms_portal.kernel.api.conflict import EndedOnTheWay
from vms_portal.kernel.text import half_characters_shown


class BoundedPages:
    """``?page_size=50``: at most 200 rows a page; what is no such number is refused."""

    page_size: Any = 50
    page_size_query_param: Any = "page_size"
    max_page_size: Any = 200

    def get_page_size(self, request: Request) -> int:
        written = request.query_params.get(self.page_size_query_param)
        if written is None:
            return int(self.page_size)
        if not (written.isascii() and written.isdigit() and int(written[:9])):
            raise ValidationError(
                {self.page_size_query_param: [_("Write a whole number from 1 on.")]}
            )
        return min(int(written[:9]), int(self.max_page_size))


class Pagination(BoundedPages, PageNumberPagination):
    """``?page=2&page_size=50``."""

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        return request.query_params.get(self.page_query_param, 1)


if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    # What the mixin is mixed into: at run time it has no base of its own.
    _View = GenericViewSet
else:
    _View = object


class KnownQuery(_View):
    """A view that refuses a query parameter it does not know, or finds twice.

    A misspelt filter would else be answered with everything, as if it were applied,
    and of two values the last with what the other asked for left out.
    ``list_parameters``: what lists take besides a FilterSet and the pages.
    """

    list_parameters: tuple[str, ...] = ()
    list_actions: tuple[str, ...] = ("list",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = set(request.query_params) - self._known_parameters()
        # No action: the method is refused, whatever else is wrong.
        if unknown and self.action:
            raise ValidationError(_no_such(unknown))
        twice = [name for name, said in request.query_params.lists() if len(said) > 1]
        if twice and self.action:
            raise ValidationError(dict.fromkeys(twice, [_("Say this once.")]))

    def _known_parameters(self) -> set[str]:
        view: Any = self
        if view.action not in self.list_actions:
            return set()
        pages = [
            getattr(view.pagination_class, f"{kind}_query_param", None)
            for kind in ("page", "page_size", "cursor")
        ]
        filters = getattr(view, "filterset_class", None)
        applied = filters.base_filters if filters and view.action == "list" else ()
        return {*filter(None, pages), *applied, *self.list_parameters}


class KnownFields(Serializer[Any]):
    """A body in which a field nobody knows is refused, a misspelt end for example."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        if unknown:
            raise ValidationError(_no_such(unknown))
        return super().to_internal_value(data)


def _no_such(names: Iterable[str]) -> dict[str, list[str]]:
    return dict.fromkeys(sorted(names), [_("There is no such parameter here.")])


# What the description calls date-time. Python reads much more: days, ISO weeks, and
# times of no zone, which come twice or never where the clocks change.
RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    re.ASCII | re.IGNORECASE,
)


class MomentField(DateTimeField):
    """A moment that can be counted on from: date, time and offset (RFC 3339)."""

    default_error_messages = {
        "invalid": gettext_lazy(
            "Write date, time and offset: 2026-11-28T10:00:00+01:00 or "
            "2026-11-28T09:00:00Z."
        )
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault(
            "help_text", "Date, time and offset (RFC 3339): 2026-11-28T09:00:00Z."
        )
        super().__init__(**options)

    def to_internal_value(self, value: Any) -> dt.datetime:
        if not isinstance(value, str) or not RFC_3339.fullmatch(value):
            self.fail("invalid")
        try:
            moment = dt.datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail("invalid")
        return self.enforce_timezone(moment)

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        # REST framework raises at the ends of the calendar instead of refusing.
        if not dt.MINYEAR < value.year < dt.MAXYEAR:
            self.fail("overflow")
        moment: dt.datetime = super().enforce_timezone(value)
        return moment


def error_as_data(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every refusal as ``{"error": code, "message": ..., "detail": {...}}``.

    ``error`` is stable and for programs, ``message`` for people. ``detail`` holds
    what is wrong by field, the state of a conflict, or the seconds to wait.
    """
    is_late = isinstance(error, EndedOnTheWay)
    response = None if is_late else exception_handler(error, context)
    if response is None:
        return None
    errors: Any = response.data
    detail: dict[str, Any] = {}
    if isinstance(errors, dict) and isinstance(errors.get("detail"), ErrorDetail):
        code, message = errors["detail"].code, str(errors["detail"])
    else:
        by_field = errors if isinstance(errors, dict) else {"non_field_errors": errors}
        code, message, detail = "invalid", _first_message(by_field), by_field
    if isinstance(error, Conflict):
        detail = error.state
    elif isinstance(error, Throttled):
        detail = {"wait_seconds": int(response.headers.get("Retry-After", 1))}
    answer = {"error": code, "message": message, "detail": detail}
    response.data = half_characters_shown(answer)
    return response


def _first_message(errors: Any) -> str:
    """Return the first sentence of nested errors, with the field it is about."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            text = _first_message(inner)
            if text:
                return text if name == "non_field_errors" else f"{name}: {text}"
        return ""
    if isinstance(errors, list):
        return next(filter(None, map(_first_message, errors)), "")
    return str(errors)
