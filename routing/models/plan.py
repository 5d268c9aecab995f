from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from numbers.models import GeographicNumber
from tenants.models.owned import TenantOwned, TenantQuerySet
from vms_portal.kernel.data.constraints import TenantForeignKey, tenant_key

if TYPE_CHECKING:
    from tenants.models import Member


class OfNumberQuerySet(TenantQuerySet):
    """Rows that belong to one number; a narrowed member sees their numbers' only."""

    def visible_to(self, member: Member | None) -> Self:
        mine = super().visible_to(member)
        if member is None or member.sees_all_numbers:
            return mine
        numbers = GeographicNumber.objects.visible_to(member)
        return mine.filter(number__in=numbers.values("pk"))


class PlanVersion(TenantOwned):
    """One version of a number's routing plan.

    A number has at most one draft and one live version. Once published, a
    version's content never changes; the database refuses it. ``revision`` counts
    the saves of a draft, so that two editors do not overwrite each other.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Live")
        RETIRED = "retired", _("Retired")

    number = models.ForeignKey(
        GeographicNumber,
        models.PROTECT,
        related_name="plan_versions",
        db_constraint=False,
    )
    sequence = models.PositiveIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.DRAFT
    )
    document = models.JSONField(_("document"))
    revision = models.PositiveIntegerField(_("revision"), default=1)
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    based_on = models.PositiveIntegerField(_("based on version"), null=True, blank=True)
    created_by = models.ForeignKey(
        "tenants.User", models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_by = models.ForeignKey(
        "tenants.User", models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    published_by = models.ForeignKey(
        "tenants.User", models.PROTECT, related_name="+", null=True, blank=True
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects: ClassVar = OfNumberQuerySet.as_manager()

    class Meta:
        ordering = ["number", "-sequence"]
        verbose_name = _("plan version")
        verbose_name_plural = _("plan versions")
        constraints = [
            tenant_key("routing_planversion"),
            TenantForeignKey(field="number", name="routing_version_number"),
            models.UniqueConstraint(
                fields=["number", "sequence"], name="routing_version_once"
            ),
            models.UniqueConstraint(
                fields=["number"],
                name="routing_one_live_version",
                condition=Q(state="live"),
            ),
            models.UniqueConstraint(
                fields=["number"],
                name="routing_one_draft",
                condition=Q(state="draft"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.sequence}"
