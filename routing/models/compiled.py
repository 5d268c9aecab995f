from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from numbers.models import GeographicNumber
from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey


class CompiledPlan(TenantOwned):
    """What the network serves for a number, valid until ``horizon``.

    ``revision`` grows with every change, by the microsecond of its making, so that
    Redis never takes an older plan for a newer one: not of another customer who had
    the number before, nor after a backup was restored.
    """

    number = models.OneToOneField(
        GeographicNumber,
        models.PROTECT,
        related_name="compiled_plan",
        db_constraint=False,
    )
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    revision = models.BigIntegerField(_("revision"), db_default=0)
    # Destinations the plan names and the policy refuses, with the reason; and those
    # the administrators have heard of.
    left_out = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    left_out_told = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField())
    )
    compiled_at = models.DateTimeField(_("compiled at"))
    horizon = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("compiled plan")
        verbose_name_plural = _("compiled plans")
        constraints = [TenantForeignKey(field="number", name="routing_compiled_number")]

    def __str__(self) -> str:
        return str(self.number)
