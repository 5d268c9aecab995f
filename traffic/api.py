"""Call records over the API: read only, callers as the member may see them."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from numbers.models import GeographicNumber
from numbers.notation.misreading import explain
from numbers.notation.reading import Misread, normalise
from tenants.api.authentication import has_scope
from tenants.requests.portal_request import member_of
from traffic.calls.privacy import may_see_callers, shown_caller
from traffic.ingest.schema import CALL
from traffic.models import CallRecord, Outcome
from vms_portal.kernel.api.endpoints import BoundedPages, KnownQuery, MomentField
from vms_portal.kernel.telephony import from_query, without_hidden

DEFAULT_SPAN = dt.timedelta(days=7)


class CallFilterSerializer(serializers.Serializer):
    """The last seven days unless ``from`` says otherwise; ``to`` is not included."""

    number = serializers.CharField(
        required=False,
        max_length=60,
        trim_whitespace=False,
        help_text="A number in any notation.",
    )
    outcome = serializers.ChoiceField(required=False, choices=Outcome.choices)

    def get_fields(self) -> dict[str, Any]:
        # "from" is no name that a class body could use.
        moments = {
            "from": MomentField(required=False),
            "to": MomentField(required=False),
        }
        return {**moments, **super().get_fields()}

    def validate_number(self, written: str) -> str:
        e164 = normalise(from_query(without_hidden(written)))
        if isinstance(e164, Misread):
            raise serializers.ValidationError(explain(e164.code))
        return e164

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs.get("from"), attrs.get("to")
        if start and end and end < start:
            raise serializers.ValidationError({"to": _("This is before “from”.")})
        return attrs


class CallSerializer(serializers.ModelSerializer):
    """``caller`` is empty when withheld; some roles see it without its last digits."""

    caller = serializers.SerializerMethodField()

    class Meta:
        model = CallRecord
        # Not the timeline: it is for the page of one call.
        fields = ["id", *(name for name in CALL.names if name not in CALL.json)]

    @extend_schema_field(serializers.CharField)
    def get_caller(self, call: CallRecord) -> str:
        return shown_caller(call.caller, self.context["whole_callers"])


class CallPagination(BoundedPages, CursorPagination):
    """``?cursor=…&page_size=50``; at most 200 calls a page, as quick on the last."""

    ordering = ("-started_at", "-id")

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        # What was cut off says no place: it would be the beginning once more.
        if cursor == Cursor(offset=0, reverse=False, position=None):
            raise NotFound(self.invalid_cursor_message)
        if cursor is not None and cursor.position is not None:
            try:
                moment = parse_datetime(str(cursor.position))
            except ValueError:
                moment = None
            if moment is None:
                raise NotFound(self.invalid_cursor_message)
        return cursor


class CallViewSet(KnownQuery, mixins.ListModelMixin, viewsets.GenericViewSet):
    """The calls of the numbers the token's member may see, newest first."""

    serializer_class = CallSerializer
    permission_classes = [has_scope("calls:read")]
    pagination_class = CallPagination
    queryset = CallRecord.objects.none()
    list_parameters = ("from", "to", "number", "outcome")

    @extend_schema(parameters=[CallFilterSerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def get_serializer_context(self) -> dict[str, Any]:
        whole = may_see_callers(member_of(self.request))
        return {**super().get_serializer_context(), "whole_callers": whole}

    def get_queryset(self) -> QuerySet[CallRecord]:
        # As data, not as a form: there an empty text would stand for "not given".
        asked = CallFilterSerializer(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        wanted, member = asked.validated_data, member_of(self.request)
        start = wanted.get("from") or wanted.get("to", timezone.now()) - DEFAULT_SPAN
        calls = CallRecord.objects.visible_to(member).filter(started_at__gte=start)
        if "to" in wanted:
            calls = calls.filter(started_at__lt=wanted["to"])
        if "number" in wanted:
            numbers = GeographicNumber.objects.visible_to(member)
            calls = calls.filter(number__in=numbers.filter(e164=wanted["number"]))
        if "outcome" in wanted:
            calls = calls.filter(outcome=wanted["outcome"])
        return calls.defer("legs")
