from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.scoping import TenantQuerySet


class AuditEvent(models.Model):
    """One act that changed routing, money or access. Rows only ever get added.

    Each customer has a chain and the operator (``tenant`` null) has its own:
    ``hash`` covers the event and the hash before it.
    """

    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("customer"),
    )  # fmt: skip
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

    objects = TenantQuerySet.as_manager()

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
        indexes = [models.Index(fields=["tenant", "-at"], name="tenants_audit_by_time")]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}"


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
