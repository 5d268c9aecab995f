from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.owned import TenantOwned


class DestinationPolicy(TenantOwned):
    """What a customer may call beyond the default: opted in, or approved by staff.

    ``opt_in`` holds national prefixes (``0800``, ``078``); ``international`` holds
    E.164 prefixes (``+33``) and names (``US``). ``daily_cap`` limits new external
    destinations a day.
    """

    opt_in = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    international = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    daily_cap = models.PositiveIntegerField(_("new destinations a day"), default=20)

    class Meta:
        verbose_name = _("destination policy")
        verbose_name_plural = _("destination policies")
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="numbers_one_policy_each")
        ]

    def __str__(self) -> str:
        return str(self.tenant)
