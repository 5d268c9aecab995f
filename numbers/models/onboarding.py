from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey


class OnboardingStep(TenantOwned):
    """A first step a member has taken, or that they put the list away."""

    class Step(models.TextChoices):
        NUMBER = "number", _("Look at a number")
        SIMULATE = "simulate", _("Simulate an incoming call")
        DIVERT = "divert", _("Divert a number or publish a plan")
        CALLS = "calls", _("Look at yesterday's calls")
        INVOICE = "invoice", _("Download an invoice")
        DISMISSED = "dismissed", _("List hidden")

    member = models.ForeignKey(
        "tenants.Member",
        models.CASCADE,
        related_name="+",
        db_constraint=False,
        verbose_name=_("member"),
    )
    step = models.CharField(_("step"), max_length=10, choices=Step)
    taken_at = models.DateTimeField(_("taken at"), auto_now_add=True)

    class Meta:
        verbose_name = _("first step")
        verbose_name_plural = _("first steps")
        constraints = [
            TenantForeignKey(field="member", name="numbers_onboarding_member"),
            models.UniqueConstraint(
                fields=["member", "step"], name="numbers_onboarding_step_once"
            ),
        ]

    def __str__(self) -> str:
        return self.step
