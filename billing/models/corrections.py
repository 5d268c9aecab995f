from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey


class Correction(TenantOwned):
    """What a contract's closed month was billed too much, and credited.

    From it on ``calls_correct`` of its ``calls_billed`` count as billed: what comes
    late or leaves later is compared with those. ``amount`` is that of the calls, in EUR
    excl. VAT. With a ``last_day`` the days after it are credited, too: its calls no
    longer count, and the month's minimum is ``minimum``. The database refuses any
    change.
    """

    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        related_name="corrections",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    month = models.DateField(_("month"), help_text=_("Its first day."))
    number = models.PositiveIntegerField(_("number"))
    calls_billed = models.PositiveIntegerField(_("calls billed"))
    calls_correct = models.PositiveIntegerField(_("correct calls"))
    amount = models.DecimalField(
        _("billed too much, excl. VAT"), max_digits=14, decimal_places=2
    )
    last_day = models.DateField(_("due until"), null=True, blank=True)
    minimum = models.DecimalField(
        _("minimum due"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    credited_at = models.DateTimeField(_("credited at"))

    class Meta:
        ordering = ["-credited_at", "-pk"]
        verbose_name = _("correction of a closed month")
        verbose_name_plural = _("corrections of closed months")
        constraints = [
            TenantForeignKey(field="contract", name="billing_correction_contract"),
            # Of two that were made from the same state one fails.
            models.UniqueConstraint(
                fields=["contract", "month", "number"], name="billing_correction_once"
            ),
            models.CheckConstraint(
                name="billing_correction_credits",
                condition=Q(amount__gt=0)
                | Q(amount=0, last_day__isnull=False, minimum__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.month:%Y-%m}"
