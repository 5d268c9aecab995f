"""Reading the JSON a program sent. Apart: REST framework's views import it."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

from vms_portal.kernel.data.json_pairs import each_once

LARGEST_BODY = 1_000_000


class BodyTooLarge(APIException):
    """413: more than any request of this API can need."""

    status_code = 413
    default_code = "too_large"
    default_detail = _("The body is larger than 1 MB.")


class BoundedJSONParser(JSONParser):
    """JSON of at most 1 MB that says each thing once.

    Reads before it parses: REST framework bounds neither size nor depth, and takes
    the last of two members of one name. Nested too deep is malformed like any other.
    """

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise BodyTooLarge
        try:
            return json.loads(
                body.decode((parser_context or {}).get("encoding", "utf-8")),
                parse_constant=strict_constant,
                object_pairs_hook=each_once,
            )
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deep.")) from error
        except ValueError as error:
            raise ParseError(
                _("The JSON cannot be read: %(problem)s") % {"problem": error}
            ) from error
