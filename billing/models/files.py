from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models.documents import FileKind
from billing.models.invoice import Invoice
from billing.models.summary import ContractSummary
from tenants.models.owned import TenantOwned
from vms_portal.kernel.data.constraints import TenantForeignKey


class StoredFile(TenantOwned):
    """The bytes of an issued document, under a key that holds their hash.

    A damaged file that cannot be restored byte for byte is replaced by another one.
    """

    Kind = FileKind

    invoice = models.ForeignKey(
        Invoice,
        models.PROTECT,
        related_name="files",
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("invoice"),
    )
    summary = models.ForeignKey(
        ContractSummary,
        models.PROTECT,
        related_name="files",
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("contract summary"),
    )
    kind = models.CharField(_("kind"), max_length=4, choices=FileKind, default="pdf")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size"))
    storage_key = models.CharField(_("storage key"), max_length=200)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        related_name="replaced_by",
        null=True,
        blank=True,
        db_constraint=False,
        verbose_name=_("replaces"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        # Of files of one kind the first is the one to send.
        ordering = ["-pk"]
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            TenantForeignKey(field="invoice", name="billing_file_invoice"),
            TenantForeignKey(field="summary", name="billing_file_summary"),
            models.CheckConstraint(
                name="billing_file_of_one_document",
                condition=Q(invoice=None, summary__isnull=False)
                | Q(invoice__isnull=False, summary=None),
            ),
            models.UniqueConstraint(
                fields=["invoice", "kind"],
                name="billing_file_once_per_invoice",
                condition=Q(replaces=None),
            ),
            models.UniqueConstraint(
                fields=["summary", "kind"], name="billing_file_once_per_summary"
            ),
        ]

    def __str__(self) -> str:
        return self.storage_key
