from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tenants.audit.actions import words
from tenants.models.owned import TenantQuerySet
from vms_portal.kernel.formatting import colon


class AuditQuerySet(TenantQuerySet):
    def by_act(self) -> AuditQuerySet:
        """Keep one event, the newest, of each act that was about many rows.

        Of one act are the events of one request, person, action and customer;
        ``others`` counts what is not shown.
        """
        same = AuditEvent.objects.exclude(request_id="").filter(
            request_id=OuterRef("request_id"),
            action=OuterRef("action"),
            actor_id=OuterRef("actor_id"),
        )
        same = same.annotate(owner=Coalesce("tenant_id", 0))
        same = same.filter(owner=Coalesce(OuterRef("tenant_id"), 0))
        older = same.filter(pk__lt=OuterRef("pk")).order_by()
        counted = older.values("request_id").annotate(total=Count("*")).values("total")
        newest = self.exclude(Exists(same.filter(pk__gt=OuterRef("pk"))))
        return newest.annotate(others=Coalesce(Subquery(counted), 0))


class AuditEvent(models.Model):
    """One act that changed routing, money or access. Rows only ever get added.

    Each customer has a chain and the operator (``tenant`` null) has its own:
    ``hash`` covers the event and the hash before it.
    """

    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("customer"),
    )
    sequence = models.PositiveBigIntegerField(_("sequence"))
    at = models.DateTimeField(_("at"))
    actor_id = models.BigIntegerField(_("actor's id"), null=True)
    actor_name = models.CharField(_("by"), max_length=200)
    action = models.CharField(_("action"), max_length=60)
    target_type = models.CharField(_("kind of object"), max_length=60)
    target_id = models.CharField(_("object's id"), max_length=40)
    target_label = models.CharField(_("object"), max_length=200)
    detail = models.JSONField(_("detail"), default=dict)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "sequence"],
                name="tenants_audit_sequence_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "-at"], name="tenants_audit_by_time"),
            models.Index(
                fields=["request_id", "action", "id"],
                name="tenants_audit_by_act",
                condition=~Q(request_id=""),
            ),
            models.Index(
                fields=["target_type", "target_id"], name="tenants_audit_by_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{words(self.action)}{colon()} {self.target_label}"


class AuditHead(models.Model):
    """The end of one chain; its row is locked while an event is added."""

    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, related_name="+", null=True, blank=True
    )
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], name="tenants_audit_head_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.hash


class AuditAnchor(models.Model):
    """An hour's copy of a chain's end, so that a cut-off tail shows."""

    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, related_name="+", null=True, blank=True
    )
    day = models.DateField()
    # Of Brussels, as the day is.
    hour = models.PositiveSmallIntegerField(db_default=0)
    sequence = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "day", "hour"],
                name="tenants_audit_anchor_once_an_hour",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.hash}"
