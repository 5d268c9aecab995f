"""Tenant scoping: the one way a query narrows itself to a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from tenants.models import Member, Tenant


class TenantQuerySet(models.QuerySet):
    """Rows a tenant owns.

    Pages and the API start from ``visible_to()``. Celery tasks and the Django
    admin serve all tenants and start from ``all()``; row level security still
    holds below both.
    """

    def for_tenant(self, tenant: Tenant) -> Self:
        return self.filter(tenant=tenant)

    def visible_to(self, member: Member | None) -> Self:
        """Return what a portal member may see: nothing without a membership."""
        return self.none() if member is None else self.for_tenant(member.tenant)


class TenantOwned(models.Model):
    """Base of every row a tenant owns. A tenant that owns rows cannot be deleted."""

    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("customer")
    )

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
