"""Numbers over the API, with where their calls go and how to send them elsewhere."""

import datetime as dt
from typing import Any

from allauth.account.internal.flows.reauthentication import (
    is_reauthentication_required,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from numbers.api import NumberViewSet
from numbers.models import GeographicNumber
from numbers.notation.misreading import explain
from numbers.notation.reading import Misread, normalise
from routing import refusals
from routing.decisions.facts import CustomerRouting
from routing.decisions.simulation import simulate_number
from routing.decisions.where_now import where_now
from routing.models import Override, PlanVersion
from routing.selectors import versions_of
from routing.services import forwarding
from routing.services.destinations import (
    new_among,
    read_destination,
)
from tenants.api.authentication import has_scope, is_granted
from tenants.api.idempotency import KEY, idempotent
from tenants.models import Member
from tenants.requests.portal_request import member_of
from vms_portal.kernel.api.endpoints import Conflict, KnownFields, MomentField
from vms_portal.kernel.text import clean_text

READING = "routing:read"
READ = [has_scope(READING)]
WRITE = [has_scope("routing:write")]


class WhereNowSerializer(serializers.Serializer):
    """``state`` for programs, ``sentence`` for people, in the caller's language."""

    state = serializers.CharField()
    sentence = serializers.CharField()
    destination = serializers.CharField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    is_temporary = serializers.BooleanField()


class DivertSerializer(KnownFields):
    """``until`` null means until somebody stops it; left out, four hours."""

    destination = serializers.CharField(max_length=80)
    until = MomentField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)

    def validate_reason(self, reason: str) -> str:
        return clean_text(reason)

    def validate_until(self, moment: dt.datetime | None) -> dt.datetime | None:
        if moment is not None and moment <= timezone.now():
            raise ValidationError(_("Choose a moment that is still to come."))
        if moment is not None and moment > timezone.now() + forwarding.LONGEST:
            raise ValidationError(refusals.too_long())
        return moment


class OverrideSerializer(serializers.ModelSerializer):
    """A diversion, with where calls go now: a suspension decides before it.

    ``where_now`` is null for a token without ``routing:read``.
    """

    where_now = serializers.SerializerMethodField()

    class Meta:
        model = Override
        fields = [
            "destination",
            "starts_at",
            "until",
            "reason",
            "ended_at",
            "where_now",
        ]

    @extend_schema_field(WhereNowSerializer(allow_null=True))
    def get_where_now(self, override: Override) -> dict[str, Any] | None:
        where: dict[str, Any] | None = self.context["where_now"]
        return where


class SimulateSerializer(KnownFields):
    """``caller`` null is a withheld number; ``at`` left out is now."""

    caller = serializers.CharField(allow_null=True, required=False, max_length=60)
    at = MomentField(required=False)
    outcomes = serializers.DictField(
        child=serializers.CharField(max_length=20), required=False
    )

    def validate_caller(self, written: str | None) -> str | None:
        if written is None:
            return None
        e164 = normalise(written)
        if isinstance(e164, Misread):
            if e164.code == "hidden_character":
                raise ValidationError(explain(e164.code))
            raise ValidationError(
                _("Write a number such as 0475 12 34 56, or leave it empty.")
            )
        return e164


class SimulationSerializer(serializers.Serializer):
    """The answer of ``simulate_call``, with a sentence for every step."""

    result = serializers.CharField()
    destination = serializers.CharField(allow_null=True)
    rerouted = serializers.BooleanField()
    steps = serializers.ListField(child=serializers.DictField())
    trace = serializers.ListField(child=serializers.DictField())
    sentences = serializers.ListField(child=serializers.CharField())


class PlanVersionSerializer(serializers.ModelSerializer):
    version = serializers.IntegerField(source="sequence")
    published_by = serializers.CharField(allow_null=True)

    class Meta:
        model = PlanVersion
        fields = [
            "version",
            "state",
            "comment",
            "document",
            "published_by",
            "published_at",
            "retired_at",
        ]


class RoutedNumberViewSet(NumberViewSet):
    """Numbers, where their calls go, and the switch that sends them elsewhere."""

    list_actions = ("list", "plan_versions")

    @extend_schema(responses=WhereNowSerializer)
    @action(detail=True, url_path="where-now", permission_classes=READ)
    def where_now(self, request: Request, pk: str) -> Response:
        """Say where the calls of the number go at this moment, and why."""
        number = self.get_object()
        state = where_now(number, _facts(request, number, timezone.now()))
        return Response(WhereNowSerializer(state).data)

    @extend_schema(
        request=DivertSerializer, responses={201: OverrideSerializer}, parameters=[KEY]
    )
    @action(detail=True, methods=["post"], permission_classes=WRITE)
    @idempotent
    def divert(self, request: Request, pk: str) -> Response:
        """Send every call elsewhere; a diversion in force is replaced."""
        number, now = self.get_object(), timezone.now()
        asked = DivertSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        until = data.get("until", now + forwarding.DEFAULT_DURATION)
        try:
            _confirm_new(request, data["destination"])
            made = forwarding.divert(
                numbers=[number],
                destination=data["destination"],
                until=until,
                member=_acting(request),
                now=now,
                reason=data.get("reason", ""),
            )
        except refusals.REFUSED as refused:
            raise ValidationError(
                {"destination": [refusals.sentence(refused)]}
            ) from refused
        return Response(_diversion(request, made[0], number), status=201)

    @extend_schema(request=None, responses={200: OverrideSerializer}, parameters=[KEY])
    @divert.mapping.delete
    @idempotent
    def divert_end(self, request: Request, pk: str) -> Response:
        """Stop the diversion; 409 with what holds now when there is none."""
        number, now = self.get_object(), timezone.now()
        try:
            ended = forwarding.end_divert(
                number=number, member=_acting(request), now=now
            )
        except forwarding.NothingToEnd as nothing:
            said = _("This diversion had ended already.")
            where = _where(request, number) or {}
            raise Conflict(said, "nothing_to_end", where) from nothing
        return Response(_diversion(request, ended, number))

    @extend_schema(request=SimulateSerializer, responses=SimulationSerializer)
    @action(detail=True, methods=["post"], permission_classes=READ)
    def simulate(self, request: Request, pk: str) -> Response:
        """Say what would happen to a call; nothing is changed."""
        number = self.get_object()
        asked = SimulateSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        answer = simulate_number(
            number,
            _facts(request, number, data.get("at", timezone.now())),
            caller=data.get("caller"),
            outcomes=data.get("outcomes"),
        )
        if "problems" in answer:
            sentences = [problem["message"] for problem in answer["problems"]]
            raise ValidationError({"non_field_errors": sentences})
        return Response(answer)

    @extend_schema(responses=PlanVersionSerializer(many=True), filters=False)
    @action(detail=True, url_path="plan-versions", permission_classes=READ)
    def plan_versions(self, request: Request, pk: str) -> Response:
        """List the versions of the number's plan, newest first, in pages."""
        versions = versions_of(self.get_object(), member_of(request))
        page = self.paginate_queryset(versions)
        rows: Any = PlanVersionSerializer(page, many=True).data
        return self.get_paginated_response(rows)


def _diversion(
    request: Request, override: Override, number: GeographicNumber
) -> dict[str, Any]:
    context = {"where_now": _where(request, number)}
    return dict(OverrideSerializer(override, context=context).data)


def _where(request: Request, number: GeographicNumber) -> dict[str, Any] | None:
    """Say where calls go now to who may read it; to send them may be all they may."""
    if not is_granted(request, READING):
        return None
    where = where_now(number, _facts(request, number, timezone.now()))
    return dict(WhereNowSerializer(where).data)


def _facts(
    request: Request, number: GeographicNumber, at: dt.datetime
) -> CustomerRouting:
    member = _acting(request)
    return CustomerRouting(member.tenant, at, only=number, shown_to=member)


def _confirm_new(request: Request, written: str) -> None:
    """403 when an open browser sends calls to an external number never used.

    As on the pages, the person signs in again before. A program's token stands for
    itself: making one asked the same.
    """
    member = _acting(request)
    target = read_destination(written, tenant=member.tenant)
    if request.auth is not None or not member.may_edit:
        return
    if not new_among([target], member.tenant):
        return
    if is_reauthentication_required(request._request, app="routing"):
        raise PermissionDenied(
            _("Sign in again before calls go to a number never used before."),
            "reauthentication_required",
        )


def _acting(request: Request) -> Member:
    member = member_of(request)
    assert member is not None  # noqa: S101 - the scope's permission saw to it
    return member
