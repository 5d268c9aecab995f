from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.rating import codes
from billing.rating.errors import BadInput
from billing.rating.parse_prices import parse_price_list
from contracts.models import Contract
from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey
from vms_portal.kernel.formatting import colon


class PriceList(models.Model):
    """Prices for who orders from ``valid_from`` on; never changed once in force.

    ``definition`` is the JSON of docs/billing.md without ``id`` and ``valid_from``.
    """

    reference = models.CharField(_("reference"), max_length=40, unique=True)
    valid_from = models.DateField(_("valid from"), unique=True)
    definition = models.JSONField(_("prices"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")

    def __str__(self) -> str:
        return self.reference

    def as_input(self) -> dict[str, Any]:
        """Return the list as ``price_month`` reads it."""
        own = {"id": self.reference, "valid_from": self.valid_from.isoformat()}
        return {**self.definition, **own}

    def clean(self) -> None:
        if self.valid_from is None or self.definition is None:
            return  # The fields say so.
        if not isinstance(self.definition, dict):
            raise ValidationError({"definition": _("An object of prices is expected.")})
        try:
            parse_price_list(self.as_input())
        except BadInput as error:
            told = f"{error.path}{colon()} {error.message}"
            raise ValidationError({"definition": told}) from error


class SubscriptionQuote(TenantOwned):
    """The monthly price of a contract that the price list does not cover."""

    contract = models.OneToOneField(
        Contract,
        models.PROTECT,
        related_name="quote",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    monthly_price = models.DecimalField(
        _("monthly price, excl. VAT"),
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    quoted_on = models.DateField(_("quoted on"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("quotation of a subscription")
        verbose_name_plural = _("quotations of subscriptions")
        constraints = [
            TenantForeignKey(field="contract", name="billing_quote_contract")
        ]

    def __str__(self) -> str:
        return f"{self.contract}: {self.monthly_price}"


class Promotion(TenantOwned):
    """A percentage off one code of a contract. Of several, the highest holds."""

    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        related_name="promotions",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    code = models.CharField(_("code"), max_length=40)
    percent = models.DecimalField(
        _("percent"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering = ["contract", "starts_on"]
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [
            TenantForeignKey(field="contract", name="billing_promotion_contract"),
            models.CheckConstraint(
                name="billing_promotion_ends_after_start",
                violation_error_message=_("The last day is not before the first."),
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="billing_calls_are_never_on_promotion",
                violation_error_message=_("Calls are never on promotion."),
                condition=~Q(code=codes.CALL.name),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} -{self.percent} %"


class Indexation(TenantOwned):
    """A price change by a factor, in force from the first of a month on."""

    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        related_name="indexations",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    effective_on = models.DateField(_("in force from"))
    factor = models.DecimalField(
        _("factor"),
        max_digits=8,
        decimal_places=6,
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    applies_to = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("applies to"),
        help_text=_("Codes with commas: SUB, TRM_CALL, TRM_MIN."),
    )
    notified_on = models.DateField(_("customer told on"))

    class Meta:
        ordering = ["contract", "effective_on"]
        verbose_name = _("indexation")
        verbose_name_plural = _("indexations")
        constraints = [
            TenantForeignKey(field="contract", name="billing_indexation_contract"),
            models.CheckConstraint(
                name="billing_indexation_on_a_first",
                violation_error_message=_("Prices change on the first day of a month."),
                condition=Q(effective_on__day=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on} x {self.factor}"
