"""Invoices over the API: list, read, download. Only the month close writes them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from billing.downloads import file_response
from billing.models import FileKind, Invoice, InvoiceLine, InvoiceVat
from tenants.api.authentication import has_scope
from tenants.requests.portal_request import member_of
from vms_portal.kernel.api.endpoints import KnownQuery, Pagination


class BytesRenderer(BaseRenderer):
    """A file's bytes, also for programs that do not know its kind."""

    media_type = "application/octet-stream"
    format = "bytes"

    def render(self, data: bytes, *args: object, **kwargs: object) -> bytes:
        return data


def _renderer(kind: FileKind) -> type[BytesRenderer]:
    named = {"media_type": kind.content_type, "format": kind.value}
    return type(f"{kind.name.title()}Renderer", (BytesRenderer,), named)


def _download(kind: FileKind) -> Any:
    """Return the action that sends the document as that kind of file."""

    def send(self: Any, request: Request, reference: str) -> HttpResponse:
        """The document as issued."""
        file = self.get_object().file(kind)
        answer = file_response(request._request, file, reference)
        if answer.status_code == 200:
            answer["Content-Type"] = request.accepted_renderer.media_type
        return answer

    send.__name__ = kind.value
    described = extend_schema(
        responses={
            (200, kind.content_type): OpenApiTypes.BINARY,
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            503: OpenApiResponse(
                description=f"The {kind.label} is still being rendered."
            ),
        }
    )
    renderers = [_renderer(kind), BytesRenderer]
    # The action forgets what described it before.
    return described(action(detail=True, renderer_classes=renderers)(send))


class LineSerializer(serializers.ModelSerializer):
    class Meta:
        model = InvoiceLine
        fields = [
            "position",
            "contract",
            "code",
            "description",
            "quantity",
            "unit",
            "unit_price",
            "base_quantity",
            "gross",
            "allowance",
            "net",
            "starts_on",
            "ends_on",
            "usage_month",
        ]


class VatSerializer(serializers.ModelSerializer):
    class Meta:
        model = InvoiceVat
        fields = ["category", "rate", "taxable", "tax"]


class InvoiceSerializer(serializers.ModelSerializer):
    currency = serializers.SerializerMethodField()
    credits = serializers.CharField(
        source="credits.reference", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Invoice
        fields = [
            "reference",
            "kind",
            "month",
            "issued_on",
            "due_on",
            "currency",
            "total_excl_vat",
            "total_vat",
            "total_incl_vat",
            "communication",
            "credits",
        ]

    def get_currency(self, invoice: Invoice) -> str:
        return "EUR"


class InvoiceDetailSerializer(InvoiceSerializer):
    lines = LineSerializer(many=True, read_only=True)
    vat = VatSerializer(many=True, read_only=True)

    class Meta(InvoiceSerializer.Meta):
        fields = [*InvoiceSerializer.Meta.fields, "lines", "vat"]


class InvoiceViewSet(KnownQuery, viewsets.ReadOnlyModelViewSet):
    """The customer's invoices and credit notes, newest first. Amounts are strings."""

    permission_classes = [has_scope("billing:read")]
    pagination_class = Pagination
    lookup_field = "reference"
    lookup_value_regex = r"[A-Za-z0-9-]+"
    queryset = Invoice.objects.none()

    def handle_exception(self, exc: Exception) -> Response:
        """Tell a refusal as data, also where a PDF was asked for."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        is_one = self.action == "retrieve"
        return InvoiceDetailSerializer if is_one else InvoiceSerializer

    def get_queryset(self) -> QuerySet[Invoice]:
        mine = Invoice.objects.visible_to(member_of(self.request))
        mine = mine.select_related("credits").defer("request")
        is_one = self.action == "retrieve"
        return mine.prefetch_related("lines", "vat") if is_one else mine


for _kind in FileKind:
    setattr(InvoiceViewSet, _kind.value, _download(_kind))
