import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.words.failed_work import words

OTHERS = ("vms_app", "vms_staff", "vms_network")


class FailedWorkQuerySet(models.QuerySet["FailedWork"]):
    def open(self) -> "FailedWorkQuerySet":
        """What still waits: it is tried again, or somebody has to see to it."""
        return self.filter(settled_at=None)

    def due(self, now: dt.datetime) -> "FailedWorkQuerySet":
        return self.open().filter(next_try_at__lte=now)

    def by_workers(self) -> "FailedWorkQuerySet":
        """What a worker found: the others may list anything as failed."""
        return self.exclude(reported_by__in=OTHERS)


class FailedWork(models.Model):
    """Work handed on that could not be done: a task, a mail, an act after a commit.

    Rows come from the database function ``report_failed_work`` only, which every
    process may call; failing again adds to the open row. ``next_try_at`` null: it
    cannot be done again by itself. Administrators of the operator read the list.
    """

    act = models.CharField(_("what"), max_length=200)
    arguments = models.JSONField(_("about"), default=list)
    fingerprint = models.CharField(max_length=32)
    # The role of the database: what a process may have tried again is what it may ask.
    reported_by = models.CharField(max_length=63, default="", db_default="")
    reason = models.TextField(_("reason"))
    attempts = models.PositiveIntegerField(_("attempts"), default=1)
    first_at = models.DateTimeField(_("failed first"))
    last_at = models.DateTimeField(_("failed last"))
    next_try_at = models.DateTimeField(_("next try"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)

    objects = FailedWorkQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at", "-id"]
        verbose_name = _("failed work")
        verbose_name_plural = _("what did not work")
        constraints = [
            models.UniqueConstraint(
                fields=["act", "fingerprint"],
                condition=Q(settled_at=None),
                name="tenants_failedwork_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(settled_at=None),
                name="tenants_failedwork_due",
            )
        ]

    def __str__(self) -> str:
        return words(self.act)

    @property
    def about(self) -> list[Any]:
        """What it was about, whatever the database holds of it."""
        return self.arguments if isinstance(self.arguments, list) else [self.arguments]
