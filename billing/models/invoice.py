from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models.documents import StoredDocument
from tenants.models import Tenant
from tenants.models.owned import TenantOwned, TenantQuerySet
from vms_portal.kernel.data.constraints import TenantForeignKey, tenant_key


class InvoiceSeries(models.Model):
    """The last number given in a series; its row is locked while one is taken.

    Documents of a kind and year are one series, also of an operator whose VAT number
    changes: ``entity`` is the one it was begun under.
    """

    entity = models.CharField(_("VAT number of the issuer"), max_length=20)
    kind = models.CharField(_("kind"), max_length=11)
    year = models.PositiveIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="billing_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class InvoiceQuerySet(TenantQuerySet):
    def with_credits(self) -> InvoiceQuerySet:
        """Tell with each invoice what its credit notes come to (``credited``)."""
        notes = Invoice.objects.filter(credits=OuterRef("pk")).order_by()
        sums = notes.values("credits").annotate(Sum("total_incl_vat"))
        credited = Subquery(sums.values("total_incl_vat__sum"))
        return self.annotate(credited=Coalesce(credited, Value(Decimal("0.00"))))


class Invoice(StoredDocument, TenantOwned):
    """An issued invoice or credit note. The database refuses any change.

    Amounts in EUR, positive on credit notes too. ``request`` is what was rated.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    entity = models.CharField(_("VAT number of the issuer"), max_length=20)
    year = models.PositiveIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    reference = models.CharField(_("number"), max_length=20, unique=True)
    month = models.DateField(_("month"))
    credits = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="credit_notes",
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("credits"),
    )
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    issued_at = models.DateTimeField(_("issued at"))
    language = models.CharField(_("language"), max_length=2, choices=Tenant.Language)
    supplier = models.JSONField(_("supplier"))
    customer = models.JSONField(_("customer"))
    communication = models.CharField(_("structured communication"), max_length=20)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    total_excl_vat = models.DecimalField(
        _("total excl. VAT"), max_digits=14, decimal_places=2
    )
    total_vat = models.DecimalField(_("VAT"), max_digits=14, decimal_places=2)
    total_incl_vat = models.DecimalField(
        _("total incl. VAT"), max_digits=14, decimal_places=2
    )
    request = models.JSONField(_("what was rated"))

    objects: ClassVar = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-number"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices and credit notes")
        constraints = [
            tenant_key("billing_invoice"),
            TenantForeignKey(field="credits", name="billing_invoice_credits"),
            models.UniqueConstraint(
                fields=["entity", "kind", "year", "number"],
                name="billing_invoice_number_once",
            ),
            models.UniqueConstraint(
                fields=["month", "tenant"],
                name="billing_one_invoice_a_month",
                condition=Q(kind="invoice"),
            ),
            models.CheckConstraint(
                name="billing_only_credit_notes_credit",
                condition=Q(kind="invoice", credits=None)
                | Q(kind="credit_note", credits__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def sign(self) -> int:
        """Minus one for what the customer gets back."""
        return -1 if self.kind == self.Kind.CREDIT_NOTE else 1

    @property
    def balance(self) -> Decimal:
        """The total as the customer's account has it: below zero on credit notes."""
        return self.sign * self.total_incl_vat

    @property
    def left_to_pay(self) -> Decimal:
        """What is to be paid after credits, incl. VAT. Needs ``with_credits``."""
        credited: Decimal = getattr(self, "credited", Decimal(0))
        return self.total_incl_vat - credited

    @property
    def is_credited(self) -> bool:
        """Is nothing left to pay? Needs ``with_credits``."""
        is_invoice = self.kind == self.Kind.INVOICE
        credited: Decimal = getattr(self, "credited", Decimal(0))
        return is_invoice and 0 < self.total_incl_vat <= credited


class InvoiceLine(TenantOwned):
    """One line, described in the customer's language. Amounts in EUR excl. VAT."""

    invoice = models.ForeignKey(
        Invoice,
        models.PROTECT,
        related_name="lines",
        db_constraint=False,
        verbose_name=_("invoice"),
    )
    position = models.PositiveIntegerField(_("position"))
    contract = models.CharField(_("contract"), max_length=40)
    code = models.CharField(_("code"), max_length=40)
    description = models.CharField(_("description"), max_length=200)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=3)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4)
    base_quantity = models.PositiveIntegerField(_("per"), default=1)
    gross = models.DecimalField(_("gross"), max_digits=14, decimal_places=2)
    allowance = models.DecimalField(_("promotion"), max_digits=14, decimal_places=2)
    allowance_percent = models.DecimalField(
        _("promotion, percent"), max_digits=5, decimal_places=2, default=0
    )
    net = models.DecimalField(_("net"), max_digits=14, decimal_places=2)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    usage_month = models.DateField(_("usage of"), null=True, blank=True)

    class Meta:
        ordering = ["invoice", "position"]
        verbose_name = pgettext_lazy("of an invoice", "line")
        verbose_name_plural = pgettext_lazy("of an invoice", "lines")
        constraints = [
            TenantForeignKey(field="invoice", name="billing_line_invoice"),
            models.UniqueConstraint(
                fields=["invoice", "position"], name="billing_line_once"
            ),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def price_places(self) -> int:
        """How many decimals the unit price needs: two to four."""
        return max(2, -int(self.unit_price.normalize().as_tuple().exponent))


class InvoiceVat(TenantOwned):
    """VAT of one category, rounded once on the sum of the lines."""

    invoice = models.ForeignKey(
        Invoice,
        models.PROTECT,
        related_name="vat",
        db_constraint=False,
        verbose_name=_("invoice"),
    )
    category = models.CharField(
        _("category"), max_length=2, choices=Tenant.VatTreatment
    )
    rate = models.DecimalField(_("rate"), max_digits=5, decimal_places=2, null=True)
    taxable = models.DecimalField(_("taxable"), max_digits=14, decimal_places=2)
    tax = models.DecimalField(_("VAT"), max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["invoice", "category"]
        verbose_name = _("VAT")
        verbose_name_plural = _("VAT")
        constraints = [
            TenantForeignKey(field="invoice", name="billing_vat_invoice"),
            models.UniqueConstraint(
                fields=["invoice", "category", "rate"],
                name="billing_vat_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.tax}"
