"""Calls as the network recorded them, and the sums that billing reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from numbers.models import GeographicNumber
from tenants.models.owned import TenantOwned, TenantQuerySet
from vms_portal.kernel.data.constraints import TenantForeignKey
from vms_portal.kernel.text import visible_text

if TYPE_CHECKING:
    from tenants.models import Member


class Treatment(models.TextChoices):
    """What VMS did with a call; the price list says which are charged."""

    DIRECT = "direct", _("Direct")
    REROUTED = "rerouted", _("Rerouted")
    REFUSED = "refused", _("Refused")
    TEST = "test", _("Test")


class Outcome(models.TextChoices):
    ANSWERED = "answered", _("Answered")
    BUSY = "busy", _("Busy")
    NO_ANSWER = "no_answer", _("No answer")
    UNREACHABLE = "unreachable", _("Unreachable")
    CONGESTION = "congestion", _("Congestion")
    REJECTED = "rejected", _("Rejected")
    ABANDONED = "abandoned", _("Abandoned")
    VOICEMAIL = "voicemail", _("Voicemail")
    FAILED = "failed", _("Failed")


class Period(models.Model):
    """A billing month. Ingest locks its row FOR SHARE, the close FOR UPDATE."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSING = "closing", _("Closing")
        CLOSED = "closed", _("Closed")

    month = models.DateField(_("month"), unique=True, help_text=_("Its first day."))
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.OPEN
    )
    closing_at = models.DateTimeField(_("close began at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        ordering = ["-month"]
        verbose_name = _("billing month")
        verbose_name_plural = _("billing months")
        constraints = [
            models.CheckConstraint(
                name="traffic_period_is_a_month", condition=models.Q(month__day=1)
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class CallQuerySet(TenantQuerySet):
    def visible_to(self, member: Member | None) -> Self:
        """A member whose rights are narrowed sees the calls of their numbers."""
        mine = super().visible_to(member)
        if member is None or member.sees_all_numbers:
            return mine
        numbers = GeographicNumber.objects.visible_to(member)
        return mine.filter(number__in=numbers.values("pk"))


class CallRecord(TenantOwned):
    """One call. Partitioned by month of ``started_at``; rows are never edited.

    ``digest`` identifies the content: the same key with another digest is a
    conflict. ``is_late`` marks what arrived when its month's close had
    begun: the usage that was billed is frozen without it.
    """

    number = models.ForeignKey(
        GeographicNumber, models.PROTECT, related_name="+", db_constraint=False
    )
    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, related_name="+", db_constraint=False
    )
    source = models.CharField(_("recorded by"), max_length=40, db_collation="C")
    call_id = models.CharField(_("call"), max_length=200, db_collation="C")
    called = models.CharField(_("called number"), max_length=16)
    caller = models.CharField(_("caller"), max_length=16)
    started_at = models.DateTimeField(_("start"))
    ringing_at = models.DateTimeField(_("first ring"), null=True)
    answered_at = models.DateTimeField(_("answer"), null=True)
    ended_at = models.DateTimeField(_("end"), null=True)
    treatment = models.CharField(_("treatment"), max_length=8, choices=Treatment)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    destination = models.CharField(_("destination"), max_length=200)
    plan_version = models.PositiveIntegerField(_("plan version"), null=True)
    legs = models.JSONField(_("timeline"), null=True)
    is_late = models.BooleanField(_("late"), default=False)
    digest = models.UUIDField()

    objects: ClassVar = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        verbose_name = _("call")
        verbose_name_plural = _("calls")

    def __str__(self) -> str:
        return f"{self.called} {self.started_at:%Y-%m-%d %H:%M:%S}"


class ContractDay(TenantOwned):
    """How many calls a contract had on a Brussels day: a field for each treatment."""

    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, related_name="+", db_constraint=False
    )
    day = models.DateField(_("day"))
    direct = models.PositiveIntegerField(_("Direct"), default=0)
    rerouted = models.PositiveIntegerField(_("Rerouted"), default=0)
    refused = models.PositiveIntegerField(_("Refused"), default=0)
    test = models.PositiveIntegerField(_("Test"), default=0)

    class Meta:
        ordering = ["day"]
        verbose_name = _("calls of a day")
        verbose_name_plural = _("calls by day")
        constraints = [
            TenantForeignKey(field="contract", name="traffic_contractday_contract"),
            models.UniqueConstraint(
                fields=["contract", "day", "tenant"], name="traffic_contractday_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.day)


class ContractMonth(TenantOwned):
    """The days of a month, added up by their triggers; nobody else writes it.

    A month close reads the months of all contracts at once, and the days of only
    those that begin or end inside it. ``moved`` is written with the days: how many
    calls conflicts ever took to quarantine, whether or not they count again.
    """

    contract = models.ForeignKey(
        "contracts.Contract", models.PROTECT, related_name="+", db_constraint=False
    )
    month = models.DateField(_("month"), help_text=_("Its first day."))
    # No check for below zero: what a trigger takes off is offered as a row first.
    direct = models.IntegerField(_("Direct"), default=0)
    rerouted = models.IntegerField(_("Rerouted"), default=0)
    refused = models.IntegerField(_("Refused"), default=0)
    test = models.IntegerField(_("Test"), default=0)
    moved = models.PositiveIntegerField(_("moved"), default=0, db_default=0)

    class Meta:
        ordering = ["month"]
        verbose_name = _("calls of a month")
        verbose_name_plural = _("calls by month")
        constraints = [
            TenantForeignKey(field="contract", name="traffic_contractmonth_contract"),
            models.UniqueConstraint(
                fields=["contract", "month", "tenant"],
                name="traffic_contractmonth_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["month"],
                name="traffic_months_with_moved",
                condition=models.Q(moved__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class QuarantinedRecord(models.Model):
    """A delivered record that does not count until somebody decides.

    ``content`` is the record as delivered, field by field, as text.
    """

    class Reason(models.TextChoices):
        MALFORMED = "malformed", _("Malformed")
        BAD_TIME = "bad_time", _("Impossible time")
        UNKNOWN_NUMBER = "unknown_number", _("Number not in service")
        CONFLICT = "conflict", _("Same call, other content")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        RELEASED = "released", _("Released")
        DISMISSED = "dismissed", _("Dismissed")

    source = models.CharField(_("recorded by"), max_length=40, db_collation="C")
    call_id = models.CharField(_("call"), max_length=200, db_collation="C")
    digest = models.UUIDField(unique=True)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    content = models.JSONField(_("content"))
    received_at = models.DateTimeField(_("received at"))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    resolved_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        verbose_name = _("call set aside")
        verbose_name_plural = _("calls set aside")
        indexes = [
            models.Index(fields=["source", "call_id"], name="traffic_quarantine_by_key")
        ]

    def __str__(self) -> str:
        return visible_text(f"{self.source} {self.call_id}")


class IngestBatch(models.Model):
    """One delivery, remembered so that a repeat gets the same answer."""

    key = models.CharField(_("key"), max_length=120, unique=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    received_at = models.DateTimeField(_("received at"))
    answer = models.JSONField(_("answer"), null=True)

    class Meta:
        ordering = ["-received_at"]
        verbose_name = _("call file")
        verbose_name_plural = _("call files")

    def __str__(self) -> str:
        return self.key
