"""Refusals of the API, by themselves: rest_framework.views reads the authentication's
module.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework.exceptions import APIException


class Conflict(APIException):
    """409: somebody was faster, or the state does not allow it.

    ``state`` is what is true now, as data the caller can act on.
    """

    status_code = 409
    default_code = "conflict"

    def __init__(
        self, message: str, code: str = "conflict", state: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message, code)
        self.state = state or {}


class EndedOnTheWay(PermissionDenied):
    """What a request was allowed by ended while it ran: views let it pass.

    Who opened the transaction undoes it, and answers pages and data.
    """
