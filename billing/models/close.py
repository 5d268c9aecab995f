from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.owned import TenantOwned


class CustomerMonth(TenantOwned):
    """One customer's part of a month's close.

    ``usage`` is frozen when the close begins: days of service, numbers and calls by
    contract, and calls of earlier months that came late. A parked month keeps it and
    is billed from it later. Prices, quotations and orders are read when it is billed.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        ISSUED = "issued", _("Invoiced")
        NOTHING = "nothing", _("Nothing to bill")
        PARKED = "parked", _("Set aside")

    month = models.DateField(_("month"), help_text=_("Its first day."))
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.PENDING
    )
    usage = models.JSONField(_("usage"))
    error = models.CharField(_("reason"), max_length=20, blank=True)
    message = models.TextField(_("explanation"), blank=True)
    path = models.CharField(_("where"), max_length=200, blank=True)
    billed_at = models.DateTimeField(_("billed at"), null=True, blank=True)

    class Meta:
        ordering = ["-month", "tenant"]
        verbose_name = _("customer of a month close")
        verbose_name_plural = _("month close by customer")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "tenant"], name="billing_month_once_per_customer"
            )
        ]
        indexes = [
            models.Index(
                fields=["month"],
                name="billing_month_pending",
                condition=models.Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} {self.month:%Y-%m}"
