"""Geographic numbers over the API: list and read."""

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets

from numbers.models import GeographicNumber, ServiceOption
from tenants.authentication import has_scope
from tenants.requests import member_of
from vms_portal.kernel.api import Pagination
from vms_portal.kernel.local_time import local_date


class NumberFilter(filters.FilterSet):
    """``option`` is the one in force today; ``search`` matches number and label."""

    search = filters.CharFilter(method="by_text")
    site = filters.CharFilter(field_name="site__slug")
    option = filters.ChoiceFilter(choices=ServiceOption, method="by_option")

    class Meta:
        model = GeographicNumber
        fields = ["search", "site", "option"]

    def by_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Q(e164__contains=value) | Q(label__icontains=value))

    def by_option(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = local_date(timezone.now())
        in_force = Q(option_periods__ends_on=None) | Q(
            option_periods__ends_on__gte=today
        )
        return queryset.filter(
            in_force, option_periods__starts_on__lte=today, option_periods__option=value
        )


class NumberSerializer(serializers.ModelSerializer):
    site = serializers.SlugField(source="site.slug", read_only=True)
    contract = serializers.CharField(source="contract.reference", read_only=True)
    option = serializers.SerializerMethodField()

    class Meta:
        model = GeographicNumber
        fields = [
            "id", "e164", "label", "site", "contract", "option",
            "activated_on", "released_on", "suspended_at",
        ]  # fmt: skip

    def get_option(self, number: GeographicNumber) -> str | None:
        """The option in force today."""
        return number.option_on(local_date(timezone.now()))


class NumberViewSet(viewsets.ReadOnlyModelViewSet):
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
