from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from numbers.models.site import Site
from tenants.models.owned import TenantOwned, TenantQuerySet
from vms_portal.kernel.data.constraints import TenantForeignKey, tenant_key

if TYPE_CHECKING:
    from tenants.models import Member


def _period(first: str, last: str) -> Func:
    """``[first, last]`` with both days included; no last day means for good."""
    return Func(
        F(first),
        F(last),
        Value("[]"),
        function="DATERANGE",
        output_field=DateRangeField(),
    )


class ServiceOption(models.TextChoices):
    """What decides for a number. Exactly one at a time."""

    CLASSIC = "CLASSIC", _("VMS Classic")
    DRS = "DRS", _("VMS DRS")
    VOICE_CONTINUITY = "VOICE_CONTINUITY", _("Voice Continuity")


class NumberState(models.TextChoices):
    """What a number is on a day, for whoever looks at it."""

    ACTIVE = "active", _("In service")
    WAITING = "waiting", _("Waiting for the contract")
    SUSPENDED = "suspended", _("Suspended")
    LATER = "later", _("Starts later")
    ENDED = "ended", _("Ended")


def in_service(day: dt.date) -> Q:
    """The condition of a number that is in service on ``day``."""
    is_kept = Q(released_on=None) | Q(released_on__gte=day)
    return Q(activated_on__lte=day) & is_kept


class NumberQuerySet(TenantQuerySet):
    def visible_to(self, member: Member | None) -> Self:
        """A member whose rights are narrowed sees the granted numbers only."""
        mine = super().visible_to(member)
        if member is None or member.sees_all_numbers:
            return mine
        granted = Q(access__member=member) | Q(site__access__member=member)
        return mine.filter(pk__in=GeographicNumber.objects.filter(granted).values("pk"))

    def in_service_on(self, day: dt.date) -> Self:
        return self.filter(in_service(day))


class GeographicNumber(TenantOwned):
    """A Belgian geographic number whose incoming calls VMS routes.

    ``released_on`` is its last day in service: ``own_last_day``, which it was given
    by itself, or that of its contract when the contract ends before.
    """

    e164 = models.CharField(_("number"), max_length=12)
    label = models.CharField(_("label"), max_length=80, blank=True)
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        related_name="geographic_numbers",
        db_constraint=False,
        verbose_name=_("site"),
    )
    contract = models.ForeignKey(
        "contracts.Contract",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    activated_on = models.DateField(_("active from"))
    released_on = models.DateField(_("last day"), null=True, blank=True)
    own_last_day = models.DateField(
        _("last day without its contract"), null=True, blank=True, editable=False
    )
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)

    history = HistoricalRecords()
    objects: ClassVar = NumberQuerySet.as_manager()

    class Meta:
        ordering = ["e164"]
        verbose_name = _("geographic number")
        verbose_name_plural = _("geographic numbers")
        constraints = [
            tenant_key("numbers_geographicnumber"),
            TenantForeignKey(field="site", name="numbers_number_site"),
            TenantForeignKey(field="contract", name="numbers_number_contract"),
            models.CheckConstraint(
                name="numbers_e164_is_geographic",
                violation_error_message=_(
                    "This is no geographic number of Belgium: +32 and eight digits."
                ),
                condition=Q(e164__regex=r"^\+32[1-9]\d{7}$"),
            ),
            models.CheckConstraint(
                name="numbers_released_after_activated",
                violation_error_message=_(
                    "A number is not released before it is activated."
                ),
                condition=Q(released_on=None) | Q(released_on__gte=F("activated_on")),
            ),
            # Across all customers; a released number may return to another.
            ExclusionConstraint(
                name="numbers_one_owner_at_a_time",
                violation_error_message=_(
                    "This number is given out on some of these days already."
                ),
                expressions=[
                    ("e164", RangeOperators.EQUAL),
                    (_period("activated_on", "released_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["tenant", "e164"], name="numbers_by_tenant")]

    def __str__(self) -> str:
        return self.e164

    def is_in_service_on(self, day: dt.date) -> bool:
        last = self.released_on
        return self.activated_on <= day and (last is None or day <= last)

    def in_service_from(self, day: dt.date) -> dt.date:
        """Return the first day that is none before ``day`` nor before its service."""
        return max(day, self.activated_on)

    def has_ended_by(self, day: dt.date) -> bool:
        """Is ``day`` after its last one?"""
        return self.released_on is not None and self.released_on < day

    def is_waiting_on(self, day: dt.date) -> bool:
        """Would it be in service on ``day``, had its contract begun by then?"""
        first = self.contract.activated_on
        return self.is_in_service_on(day) and (first is None or day < first)

    def serves_from(self) -> dt.date | None:
        """Return the first day of service; None while its contract has none."""
        first = self.contract.activated_on
        return first and max(first, self.activated_on)

    def state_on(self, day: dt.date) -> NumberState:
        """Return what people call its state; reads the contract."""
        if self.has_ended_by(day):
            return NumberState.ENDED
        if self.suspended_at is not None:
            return NumberState.SUSPENDED
        if self.activated_on > day:
            return NumberState.LATER
        waits = self.is_waiting_on(day)
        return NumberState.WAITING if waits else NumberState.ACTIVE

    def option_on(self, day: dt.date) -> str | None:
        """Return the service option in force on ``day``, or None."""
        for period in self.option_periods.all():
            if period.starts_on <= day and (
                period.ends_on is None or day <= period.ends_on
            ):
                return period.option
        return None

    def has_kept(self, option: str, since: dt.date, day: dt.date) -> bool:
        """Has it had no other option from ``since`` to ``day``, both included?"""
        others = (p for p in self.option_periods.all() if p.option != option)
        return not any(
            period.starts_on <= day and (period.ends_on or dt.date.max) >= since
            for period in others
        )


class OptionPeriod(TenantOwned):
    """Which option a number has from ``starts_on`` to ``ends_on``, both included."""

    number = models.ForeignKey(
        GeographicNumber,
        models.PROTECT,
        related_name="option_periods",
        db_constraint=False,
        verbose_name=_("number"),
    )
    option = models.CharField(_("option"), max_length=20, choices=ServiceOption)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        ordering = ["starts_on"]
        verbose_name = _("option period")
        verbose_name_plural = _("option periods")
        constraints = [
            TenantForeignKey(field="number", name="numbers_option_number"),
            models.CheckConstraint(
                name="numbers_option_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            ExclusionConstraint(
                name="numbers_one_option_at_a_time",
                expressions=[
                    ("number", RangeOperators.EQUAL),
                    (_period("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.option} {self.starts_on}"
