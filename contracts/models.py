import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import tenant_key
from vms_portal.kernel.formatting import day_words


class Contract(TenantOwned):
    """What a customer subscribed to. Prices belong to billing."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Summary sent")
        AGREED = "agreed", _("Agreed")
        ACTIVE = "active", _("Active")
        TERMINATED = "terminated", _("Terminated")

    reference = models.CharField(_("reference"), max_length=40)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    subscribed_on = models.DateField(
        _("subscribed on"), help_text=_("Decides which price list is contractual.")
    )
    activated_on = models.DateField(_("active from"), null=True, blank=True)
    last_day = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("The last day of service.")
    )
    channels = models.PositiveIntegerField(_("channels"), default=16)

    history = HistoricalRecords()

    class Meta:
        ordering = ["tenant", "reference"]
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            tenant_key("contracts_contract"),
            models.UniqueConstraint(
                fields=["tenant", "reference"], name="contracts_reference_once"
            ),
            models.CheckConstraint(
                name="contracts_in_service_has_a_first_day",
                violation_error_message=_("A contract in service needs its first day."),
                condition=Q(activated_on__isnull=False)
                | ~Q(state__in=["active", "terminated"]),
            ),
            models.CheckConstraint(
                name="contracts_last_day_not_before_first",
                violation_error_message=_(
                    "The last day of a contract is not before its first."
                ),
                condition=Q(last_day=None) | Q(last_day__gte=F("activated_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_begun(self) -> bool:
        """Did its service ever start, or is a day fixed on which it will?"""
        return self.activated_on is not None

    def state_words(self, today: dt.date) -> str:
        """Return the state; one that is to end or to begin is told with its day."""
        first, last = self.activated_on, self.last_day
        if self.state == self.State.TERMINATED and last and today <= last:
            return gettext("Ends on %(day)s") % {"day": day_words(last)}
        if self.state == self.State.ACTIVE and first and today < first:
            return gettext("Starts on %(day)s") % {"day": day_words(first)}
        return str(self.get_state_display())
