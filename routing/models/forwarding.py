from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from numbers.models import GeographicNumber
from routing.models.plan import OfNumberQuerySet
from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey


class EndsByItself(models.Model):
    """What sends calls elsewhere from one instant, or at once, until another."""

    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True

    def is_over_by(self, now: dt.datetime) -> bool:
        return self.until is not None and self.until <= now

    def is_of(self, now: dt.datetime, starts_at: dt.datetime | None) -> bool:
        """Has it begun, and is it not over?"""
        return (starts_at or now) <= now and not self.is_over_by(now)


class Override(EndsByItself, TenantOwned):
    """A temporary diversion of one number.

    Whether it is in force follows from ``starts_at``, ``until`` and ``ended_at``
    at the moment of decision; recording the end is a matter of bookkeeping.
    """

    number = models.ForeignKey(
        GeographicNumber, models.PROTECT, related_name="overrides", db_constraint=False
    )
    destination = models.CharField(_("destination"), max_length=80)
    starts_at = models.DateTimeField(_("from"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    created_by = models.ForeignKey("tenants.User", models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "tenants.User", models.PROTECT, related_name="+", null=True, blank=True
    )
    # It ended by itself, and its author has not been told.
    is_untold = models.BooleanField(default=False, db_default=False, editable=False)

    objects: ClassVar = OfNumberQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("override")
        verbose_name_plural = _("overrides")
        constraints = [
            TenantForeignKey(field="number", name="routing_override_number"),
            models.UniqueConstraint(
                fields=["number"],
                name="routing_one_open_override",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="routing_override_ends_after_start",
                condition=Q(until=None) | Q(until__gt=F("starts_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant"],
                name="routing_override_untold",
                condition=Q(is_untold=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} → {self.destination}"

    def is_in_force(self, now: dt.datetime) -> bool:
        return self.ended_at is None and self.is_of(now, self.starts_at)


class Redirection(EndsByItself, TenantOwned):
    """One of a Voice Continuity number's redirections, prepared or switched on."""

    class Kind(models.TextChoices):
        CFU = "cfu", _("unconditional")
        CFB = "cfb", _("busy")
        CFNR = "cfnr", _("no reply")
        CFNRC = "cfnrc", _("not reachable")

    number = models.ForeignKey(
        GeographicNumber,
        models.PROTECT,
        related_name="redirections",
        db_constraint=False,
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    destination = models.CharField(_("destination"), max_length=80)
    backup = models.CharField(_("backup"), max_length=80, blank=True)
    after_s = models.PositiveSmallIntegerField(_("after seconds"), default=20)
    is_on = models.BooleanField(_("on"), default=False)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)

    objects: ClassVar = OfNumberQuerySet.as_manager()

    class Meta:
        ordering = ["number", "kind"]
        verbose_name = _("redirection")
        verbose_name_plural = _("redirections")
        constraints = [
            TenantForeignKey(field="number", name="routing_redirection_number"),
            models.UniqueConstraint(
                fields=["number", "kind"], name="routing_redirection_once"
            ),
            models.CheckConstraint(
                name="routing_redirection_after_5_to_60_s",
                condition=Q(after_s__gte=5, after_s__lte=60),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

    def is_in_force(self, now: dt.datetime) -> bool:
        return self.is_on and self.is_of(now, self.starts_at)

    def stands(self, now: dt.datetime) -> bool:
        """Is it in force, or switched on from an instant that is still to come?"""
        return self.is_on and not self.is_over_by(now)


class ScreeningRule(TenantOwned):
    """Callers to refuse, or to let past the schedules; for one number or for all."""

    class Kind(models.TextChoices):
        BLOCK = "block", _("refused")
        ALLOW = "allow", _("always let through")

    number = models.ForeignKey(
        GeographicNumber,
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        null=True,
        blank=True,
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    prefix = models.CharField(
        _("caller begins with"),
        max_length=16,
        blank=True,
        help_text=_("Empty means withheld callers; they can only be refused."),
    )

    class Meta:
        ordering = ["kind", "prefix"]
        verbose_name = _("caller rule")
        verbose_name_plural = _("caller rules")
        constraints = [
            TenantForeignKey(field="number", name="routing_screening_number"),
            models.CheckConstraint(
                name="routing_withheld_is_never_allowed",
                condition=Q(kind="block") | ~Q(prefix=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.prefix}"


class RoutingSettings(TenantOwned):
    """What holds for every number of a customer."""

    safety_destination = models.CharField(
        _("safety destination"), max_length=80, blank=True
    )

    class Meta:
        verbose_name = _("routing settings")
        verbose_name_plural = _("routing settings")
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="routing_settings_once")
        ]

    def __str__(self) -> str:
        return str(self.tenant)


class KnownDestination(TenantOwned):
    """An external destination the customer used before; a new one is announced.

    ``e164`` is a number, or the address of a mailbox that takes voicemail. Digits that
    are theirs in between have several rows: one was used, others are as of later days.
    """

    e164 = models.CharField(_("number or mailbox"), max_length=320)
    first_used_at = models.DateTimeField(_("first used at"))
    # When the administrators heard of it; empty until the mail is on its way.
    announced_at = models.DateTimeField(null=True, editable=False)
    added_by = models.ForeignKey("tenants.User", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["e164"]
        verbose_name = _("known destination")
        verbose_name_plural = _("known destinations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "e164", "first_used_at"],
                name="routing_destination_known_as_of",
            )
        ]

    def __str__(self) -> str:
        return self.e164
