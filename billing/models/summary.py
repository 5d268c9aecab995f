from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.models.documents import StoredDocument
from billing.models.prices import PriceList
from contracts.models import Contract
from tenants.models import Tenant
from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey, tenant_key
from vms_portal.kernel.local_time import local_date


class ContractSummary(StoredDocument, TenantOwned):
    """One version of a contract's legal summary; ``content`` is what it says.

    Drawn up, rendered by a worker, then sent. A change of price or content is a
    new version that needs a new agreement.
    """

    class State(models.TextChoices):
        DRAWN_UP = "drawn_up", _("Being rendered")
        READY = "ready", _("Ready to send")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Cannot be rendered")

    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        related_name="summaries",
        db_constraint=False,
        verbose_name=_("contract"),
    )
    version = models.PositiveIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.DRAWN_UP
    )
    language = models.CharField(_("language"), max_length=2, choices=Tenant.Language)
    template_version = models.CharField(_("template"), max_length=20)
    price_list = models.ForeignKey(
        PriceList, models.PROTECT, related_name="+", verbose_name=_("price list")
    )
    content = models.JSONField(_("content"))
    problem = models.TextField(_("problem"), blank=True)
    created_at = models.DateTimeField(_("drawn up at"))
    created_by = models.ForeignKey(
        "tenants.User", models.PROTECT, related_name="+", verbose_name=_("drawn up by")
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_to = models.TextField(_("sent to"), blank=True)

    class Meta:
        ordering = ["contract", "-version"]
        verbose_name = _("contract summary")
        verbose_name_plural = _("contract summaries")
        constraints = [
            tenant_key("billing_contractsummary"),
            TenantForeignKey(field="contract", name="billing_summary_contract"),
            models.UniqueConstraint(
                fields=["contract", "version"], name="billing_summary_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} v{self.version}"


class Agreement(TenantOwned):
    """The customer's yes to a summary and the terms. Never changed.

    ``sha256`` is that of the PDF the person agreed with.
    """

    summary = models.OneToOneField(
        ContractSummary,
        models.PROTECT,
        related_name="agreement",
        db_constraint=False,
        verbose_name=_("contract summary"),
    )
    agreed_by = models.ForeignKey(
        "tenants.User", models.PROTECT, related_name="+", verbose_name=_("agreed by")
    )
    name = models.CharField(_("name"), max_length=80)
    agreed_at = models.DateTimeField(_("agreed at"))
    address = models.GenericIPAddressField(_("from address"), null=True)
    channel = models.CharField(_("channel"), max_length=20, default="portal")
    terms_version = models.CharField(_("terms accepted"), max_length=20)
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            TenantForeignKey(field="summary", name="billing_agreement_summary")
        ]

    def __str__(self) -> str:
        return f"{self.name} {local_date(self.agreed_at):%Y-%m-%d}"
