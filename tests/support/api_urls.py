"""An API with one write, for what every write shares. The write adds a site."""

from django.db import connection
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from numbers.models import Site
from tenants.api.authentication import has_scope
from tenants.api.idempotency import idempotent
from tenants.models import Member
from tenants.requests.portal_request import member_of
from vms_portal.urls import portal


class SiteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Site
        fields = ["name", "slug"]


class SiteView(APIView):
    permission_classes = [has_scope("routing:write")]

    @idempotent
    def post(self, request: Request) -> Response:
        form = SiteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        member = member_of(request)
        assert member
        site = self._add(form, member)
        if site.slug == "refused":
            raise serializers.ValidationError({"slug": "Not this one."})
        return Response({"id": site.pk, **form.data}, status=201)

    def _add(self, form: SiteSerializer, member: Member) -> Site:
        """The portal adds no sites: with a role that does, in this transaction."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            (role,) = cursor.fetchone()
            cursor.execute("SET LOCAL ROLE vms_staff")
            try:
                return form.save(tenant=member.tenant)
            finally:
                if not connection.needs_rollback:
                    cursor.execute(f"SET LOCAL ROLE {role}")


urlpatterns = [path("api/v1/sites/", SiteView.as_view()), *portal.urlpatterns]
