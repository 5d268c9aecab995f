"""Writes that a program may send twice: the second gets the answer of the first."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from tenants.models import IdempotencyKey, Member
from tenants.requests.portal_request import member_of
from vms_portal.kernel.api.endpoints import Conflict

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
Handler = Callable[..., Response]

# For the description of every operation that is ``idempotent``, and of no other.
KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "maxLength": 80, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    description="A repeated request with the same key gets the same answer.",
)


def idempotent(handler: Handler) -> Handler:
    """Make a writing method of an API view safe to repeat.

    With the header ``Idempotency-Key``, the same request gets the stored answer;
    another request under the same key is 409. Without it nothing changes. A
    request that was refused has changed nothing, keeps no answer and may be sent
    again. Two at once: the second waits for the first at the unique constraint.
    """

    @wraps(handler)
    def inner(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key, member = request.headers.get(HEADER, ""), member_of(request)
        if not key or member is None:
            return handler(view, request, *args, **kwargs)
        _check(key)
        # A savepoint: an exception takes the key back with the write.
        with transaction.atomic():
            row, is_new = _claim(member, key, _fingerprint(request, member))
            if not is_new:
                if kwargs:
                    # 404 when what it was about is not shown to them any more.
                    view.get_object()
                headers = {REPLAYED: "true"}
                return Response(row.body, status=row.status, headers=headers)
            response = handler(view, request, *args, **kwargs)
            _keep(row, response)
        return response

    return inner


def _check(key: str) -> None:
    if len(key) > 80 or not key.isascii() or not key.isprintable():
        raise ValidationError(
            {HEADER: [_("At most 80 printable ASCII characters.")]}, "invalid"
        )


def _claim(member: Member, key: str, fingerprint: str) -> tuple[IdempotencyKey, bool]:
    """Return the key's row and whether this request is its first.

    ON CONFLICT DO NOTHING waits for an unfinished request with the same key.
    """
    fresh = IdempotencyKey(tenant=member.tenant, key=key, fingerprint=fingerprint)
    rows = IdempotencyKey.objects.visible_to(member)
    before = rows.filter(key=key).first()
    if before is None:
        IdempotencyKey.objects.bulk_create([fresh], ignore_conflicts=True)
        before = rows.select_for_update().get(key=key)
        if before.status is None:
            return before, True
    if before.fingerprint != fingerprint:
        raise Conflict(
            _("This key was used for another request."), "idempotency_key_reused"
        )
    return before, False


def _keep(row: IdempotencyKey, response: Response) -> None:
    if response.status_code >= 400:
        row.delete()
        return
    row.status = response.status_code
    row.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
    row.save(update_fields=["status", "body"])


def _fingerprint(request: Request, member: Member) -> str:
    content = [
        member.pk,
        request.method,
        request.get_full_path(),
        request.data,
    ]
    text = json.dumps(content, sort_keys=True, cls=JSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()
