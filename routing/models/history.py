from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.owned import TenantOwned


class SharedVersion(TenantOwned):
    """What numbers share, as it was saved: a calendar, an announcement, settings.

    ``key`` is its slug, empty for what a customer has once. Rows never change; going
    back to one saves its content again, as the next.
    """

    class Kind(models.TextChoices):
        CALENDAR = "calendar", _("calendar")
        ANNOUNCEMENT = "announcement", _("announcement")
        SAFETY = "safety", _("safety destination")
        CALLERS = "callers", _("caller rules")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    key = models.CharField(_("short name"), max_length=60, blank=True)
    sequence = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"))
    saved_by = models.ForeignKey(
        "tenants.User", models.PROTECT, related_name="+", null=True, blank=True
    )
    saved_at = models.DateTimeField(_("saved at"), null=True, blank=True)

    class Meta:
        ordering = ["kind", "key", "-sequence"]
        verbose_name = _("version of what numbers share")
        verbose_name_plural = _("versions of what numbers share")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "key", "sequence"],
                name="routing_shared_version_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} v{self.sequence}"
