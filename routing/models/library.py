from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant
from tenants.models.owned import TenantOwned


class Named(TenantOwned):
    """Something plans refer to by its ``slug``."""

    slug = models.SlugField(_("short name"), max_length=60)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Calendar(Named):
    """Opening hours, holidays and special days; ``definition`` as the engine reads."""

    definition = models.JSONField(_("definition"))
    revision = models.PositiveIntegerField(default=1)

    class Meta(Named.Meta):
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "slug"], name="routing_calendar_once"
            )
        ]


class Announcement(Named):
    """A message in one language. Its text stands in for audio."""

    language = models.CharField(_("language"), max_length=2, choices=Tenant.Language)
    text = models.TextField(_("text"), max_length=1000, blank=True)

    class Meta(Named.Meta):
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "slug", "language"], name="routing_announcement_once"
            )
        ]


class Queue(Named):
    """Where callers wait for an agent."""

    class Meta(Named.Meta):
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "slug"], name="routing_queue_once"
            )
        ]
