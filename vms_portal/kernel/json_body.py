"""Reading the JSON a program sent. Apart: REST framework's views import it."""

import io
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

LARGEST_BODY = 1_000_000


class BodyTooLarge(APIException):
    """413: more than any request of this API can need."""

    status_code = 413
    default_code = "too_large"
    default_detail = _("The body is larger than 1 MB.")


class BoundedJSONParser(JSONParser):
    """JSON of at most 1 MB; nested too deep to read is malformed like any other.

    Reads before it parses: REST framework bounds neither size nor depth.
    """

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge
        try:
            return super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deep.")) from error
