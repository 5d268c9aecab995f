from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from tenants.models.owned import TenantOwned, TenantQuerySet
from tenants.vat import is_belgian_postal_code
from vms_portal.kernel.data.constraints import TenantForeignKey, tenant_key

if TYPE_CHECKING:
    from tenants.models import Member


class SiteQuerySet(TenantQuerySet):
    def visible_to(self, member: Member | None) -> Self:
        """A member whose rights are narrowed sees the sites of granted numbers."""
        mine = super().visible_to(member)
        if member is None or member.sees_all_numbers:
            return mine
        granted = Q(access__member=member) | Q(
            geographic_numbers__access__member=member
        )
        return mine.filter(pk__in=Site.objects.filter(granted).values("pk"))


class Site(TenantOwned):
    """A place of the customer; ``slug`` names it in routing plans."""

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("short name"), max_length=60)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Brussels"
    )

    history = HistoricalRecords()
    objects: ClassVar = SiteQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            tenant_key("numbers_site"),
            models.UniqueConstraint(
                fields=["tenant", "slug"], name="numbers_site_slug_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Sites have Belgian lines, so they lie in Belgium."""
        if not is_belgian_postal_code(self.postal_code):
            text = _("A Belgian postal code has four digits.")
            raise ValidationError({"postal_code": text})


class Line(TenantOwned):
    """A voice line of a site: where ``site:<slug>`` rings."""

    site = models.ForeignKey(
        Site,
        models.PROTECT,
        related_name="lines",
        db_constraint=False,
        verbose_name=_("site"),
    )
    e164 = models.CharField(_("number of the line"), max_length=16)
    channels = models.PositiveIntegerField(_("voice channels"), default=16)
    is_main = models.BooleanField(_("main line"), default=True)
    # When the administrators read that calls ring here: staff chose it then.
    told_at = models.DateTimeField(_("told at"), null=True, editable=False)

    class Meta:
        ordering = ["site", "-is_main", "e164"]
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            tenant_key("numbers_line"),
            TenantForeignKey(field="site", name="numbers_line_site"),
            models.UniqueConstraint(
                fields=["site"],
                name="numbers_one_main_line_per_site",
                violation_error_message=_("A site has one main line."),
                condition=models.Q(is_main=True),
            ),
        ]

    def __str__(self) -> str:
        return self.e164
