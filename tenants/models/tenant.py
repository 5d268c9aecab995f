from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants import vat
from tenants.words.countries import EU


class Tenant(models.Model):
    """A customer: the organisation that owns numbers, plans and invoices."""

    class VatTreatment(models.TextChoices):
        """Categories of EN 16931 (UNCL 5305)."""

        STANDARD = "S", _("Belgian VAT")
        REVERSE_CHARGE = "AE", _("Reverse charge (EU business)")
        OUTSIDE_EU = "O", _("Outside the EU")
        EXEMPT = "E", _("Exempt (art. 42 par. 3)")

    class Language(models.TextChoices):
        FR = "fr", _("French")
        NL = "nl", _("Dutch")
        DE = "de", _("German")
        EN = "en", _("English")

    reference = models.SlugField(_("reference"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    legal_form = models.CharField(_("legal form"), max_length=40, blank=True)
    vat_number = models.CharField(
        _("VAT number"),
        max_length=20,
        blank=True,
        help_text=_("Such as BE 0123.456.749; it is stored without spaces and dots."),
    )
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, default="BE")
    language = models.CharField(
        _("language of documents"), max_length=2, choices=Language, default=Language.FR
    )
    vat_treatment = models.CharField(
        _("VAT treatment"),
        max_length=2,
        choices=VatTreatment,
        default=VatTreatment.STANDARD,
    )
    billing_email = models.EmailField(_("e-mail for invoices"), blank=True)
    buyer_reference = models.CharField(_("buyer reference"), max_length=60, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name

    @property
    def has_postal_address(self) -> bool:
        """Is there all that an invoice has to show? Some countries have no codes."""
        has_code = bool(self.postal_code) or self.country not in EU
        return bool(self.street and self.city) and has_code

    def clean(self) -> None:
        """Refuse what makes documents unlawful; keep the VAT number compact."""
        problems: dict[str, Any] = dict(vat.problems(self))
        if problems:
            raise ValidationError(problems)
        self.vat_number = vat.compact_vat(self.vat_number, self.country)
