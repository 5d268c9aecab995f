from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from numbers.models.geographic_number import GeographicNumber
from numbers.models.site import Site
from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey


class NumberAccess(TenantOwned):
    """A site or a number that a member with narrowed rights may see."""

    member = models.ForeignKey(
        "tenants.Member",
        models.CASCADE,
        related_name="access",
        db_constraint=False,
        verbose_name=_("member"),
    )
    site = models.ForeignKey(
        Site,
        models.CASCADE,
        related_name="access",
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("site"),
    )
    number = models.ForeignKey(
        GeographicNumber,
        models.CASCADE,
        related_name="access",
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("number"),
    )

    class Meta:
        verbose_name = _("granted site or number")
        verbose_name_plural = _("granted sites and numbers")
        constraints = [
            TenantForeignKey(field="member", name="numbers_access_member"),
            TenantForeignKey(field="site", name="numbers_access_site"),
            TenantForeignKey(field="number", name="numbers_access_number"),
            models.CheckConstraint(
                name="numbers_access_names_one_thing",
                condition=Q(site=None, number__isnull=False)
                | Q(site__isnull=False, number=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.site or self.number)
