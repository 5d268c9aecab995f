from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.rating import codes
from contracts.models import Contract
from tenants.models.owned import TenantOwned, TenantQuerySet
from vms_portal.kernel.data.constraints import TenantForeignKey, tenant_key
from vms_portal.kernel.local_time import first_of_month, next_month


class Order(TenantOwned):
    """What a customer ordered on one day; that day's price list holds for it.

    With every order the customer accepts the terms: version, time and person.
    """

    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        related_name="orders",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    reference = models.CharField(_("reference"), max_length=40)
    ordered_on = models.DateField(_("ordered on"))
    terms_version = models.CharField(_("terms accepted"), max_length=20, blank=True)
    accepted_by = models.CharField(_("accepted by"), max_length=80, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)

    class Meta:
        ordering = ["-ordered_on", "reference"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            tenant_key("billing_order"),
            TenantForeignKey(field="contract", name="billing_order_contract"),
            models.UniqueConstraint(
                fields=["tenant", "reference"], name="billing_order_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ContractOption(TenantOwned):
    """A recurring add-on of a contract, with both days included."""

    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        related_name="options",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        related_name="options",
        db_constraint=False,
        verbose_name=_("order"),
    )
    code = models.CharField(_("code"), max_length=40)
    quantity = models.PositiveIntegerField(
        _("quantity"), default=1, validators=[MinValueValidator(1)]
    )
    messages = models.PositiveIntegerField(
        _("voice messages"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("For packs of messages: how many; whole packs are charged."),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    quoted_price = models.DecimalField(
        _("quoted price"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    class Meta:
        ordering = ["contract", "starts_on", "pk"]
        verbose_name = _("option of a contract")
        verbose_name_plural = _("options of contracts")
        constraints = [
            TenantForeignKey(field="contract", name="billing_option_contract"),
            TenantForeignKey(field="order", name="billing_option_order"),
            models.CheckConstraint(
                name="billing_option_ends_after_start",
                violation_error_message=_("The last day is not before the first."),
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} x {self.quantity}"


class OneOffQuerySet(TenantQuerySet):
    def due_in(self, month: dt.date) -> Self:
        """Return the work that ``month`` bills: completed in it, or put off to it."""
        completed = Q(
            bill_in=None, completed_on__gte=month, completed_on__lt=next_month(month)
        )
        return self.filter(completed | Q(bill_in=month))


class OneOff(TenantOwned):
    """Work charged once, in the month in which it was completed.

    Or in ``bill_in``, when that month was closed before the work was entered.
    """

    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        related_name="one_offs",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    order = models.ForeignKey(
        Order,
        models.PROTECT,
        related_name="one_offs",
        db_constraint=False,
        verbose_name=_("order"),
    )
    code = models.CharField(_("code"), max_length=40)
    quantity = models.DecimalField(
        _("quantity"), max_digits=7, decimal_places=2, default=1
    )
    completed_on = models.DateField(_("completed on"), null=True, blank=True)
    bill_in = models.DateField(
        _("billed with"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The first day of the month."),
    )
    quoted_price = models.DecimalField(
        _("quoted price"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )

    objects: ClassVar = OneOffQuerySet.as_manager()

    class Meta:
        ordering = ["contract", "completed_on", "pk"]
        verbose_name = _("one-off charge")
        verbose_name_plural = _("one-off charges")
        constraints = [
            TenantForeignKey(field="contract", name="billing_oneoff_contract"),
            TenantForeignKey(field="order", name="billing_oneoff_order"),
            models.UniqueConstraint(
                fields=["contract"],
                name="billing_installed_once",
                violation_error_message=_(
                    "The installation of this contract is charged already."
                ),
                condition=Q(code=codes.INSTALLATION.name),
            ),
            models.CheckConstraint(
                name="billing_oneoff_above_zero",
                violation_error_message=_("The quantity is above zero."),
                condition=Q(quantity__gt=0),
            ),
            models.CheckConstraint(
                name="billing_oneoff_put_off_to_a_month",
                violation_error_message=_(
                    "A charge is put off to the first day of a month after its own."
                ),
                condition=Q(bill_in=None)
                | Q(bill_in__day=1, completed_on__lt=F("bill_in")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} x {self.quantity}"

    @property
    def stored(self) -> OneOff:
        """The work as the database has it, whatever a form has put into this one."""
        return OneOff.objects.get(pk=self.pk)

    @property
    def month(self) -> dt.date | None:
        """The first day of the month that bills it; None while it is not done."""
        done = self.completed_on
        return done and (self.bill_in or first_of_month(done))
