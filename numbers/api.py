"""Geographic numbers over the API: list and read."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from django_filters.fields import ChoiceField
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from numbers.models import GeographicNumber, ServiceOption
from numbers.notation.searching import number_matches
from numbers.selectors import with_option
from tenants.api.authentication import has_scope
from tenants.requests.portal_request import member_of
from vms_portal.kernel.api.endpoints import KnownQuery, Pagination
from vms_portal.kernel.local_time import local_date

OPTION = serializers.ChoiceField(choices=ServiceOption.choices, allow_null=True)


class GivenChoiceField(ChoiceField):
    """A choice that may be left out, and is not empty when it is given."""

    def clean(self, value: Any) -> Any:
        if value == "":
            raise ValidationError(
                self.error_messages["invalid_choice"] % {"value": value}
            )
        return super().clean(value)


class GivenChoiceFilter(filters.ChoiceFilter):
    field_class = GivenChoiceField


class GivenTextField(forms.CharField):
    """A text that may be left out, and is not empty when it is given."""

    def clean(self, value: Any) -> Any:
        if value == "":
            raise ValidationError(self.error_messages["required"], code="required")
        return super().clean(value)


@extend_schema_field({"type": "string", "minLength": 1})
class GivenTextFilter(filters.CharFilter):
    field_class = GivenTextField


class NumberFilter(filters.FilterSet):
    """``option`` is the one in force today.

    ``search`` finds a number in any notation, whole or in part, a label or a site.
    """

    search = filters.CharFilter(method="by_text")
    site = GivenTextFilter(field_name="site__slug")
    option = GivenChoiceFilter(choices=ServiceOption, method="by_option")

    class Meta:
        model = GeographicNumber
        fields = ["search", "site", "option"]

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(number_matches(value))

    @extend_schema_field({"type": "string", "enum": ServiceOption.values})
    def by_option(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return with_option(queryset, value, local_date(timezone.now()))


class NumberSerializer(serializers.ModelSerializer):
    site = serializers.SlugField(source="site.slug", read_only=True)
    contract = serializers.CharField(source="contract.reference", read_only=True)
    option = serializers.SerializerMethodField()

    class Meta:
        model = GeographicNumber
        fields = [
            "id",
            "e164",
            "label",
            "site",
            "contract",
            "option",
            "activated_on",
            "released_on",
            "suspended_at",
        ]

    @extend_schema_field(OPTION)
    def get_option(self, number: GeographicNumber) -> str | None:
        """The option in force today."""
        return number.option_on(local_date(timezone.now()))


class NumberViewSet(KnownQuery, viewsets.ReadOnlyModelViewSet):
    """The numbers the token's member may see, in numerical order."""

    serializer_class = NumberSerializer
    permission_classes = [has_scope("numbers:read")]
    pagination_class = Pagination
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = NumberFilter
    queryset = GeographicNumber.objects.none()

    def get_queryset(self) -> QuerySet[GeographicNumber]:
        mine = GeographicNumber.objects.visible_to(member_of(self.request))
        return mine.select_related("site", "contract").prefetch_related(
            "option_periods"
        )
