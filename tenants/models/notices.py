import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.owned import TenantOwned, TenantQuerySet
from tenants.models.people import User
from tenants.models.tenant import Tenant


class NoticeQuerySet(TenantQuerySet):
    def of(self, kind: str, about: Any) -> "NoticeQuerySet":
        """Return what was written about one row, the newest first."""
        return self.filter(kind=kind, about=about).order_by("-pk")

    def lost(self, before: dt.datetime) -> "NoticeQuerySet":
        """Return what nobody tried to send; what failed is tried by its own list."""
        unsent = self.filter(sent_at=None, refused_at=None, problem="")
        return unsent.filter(created_at__lt=before)


class Notice(TenantOwned):
    """A mail to be sent once: made with the act it tells of, in its transaction.

    ``about`` is the key of the row that ``kind`` tells of. ``problem`` says why it is
    not sent; with ``refused_at`` it never will be.
    """

    kind = models.CharField(_("kind"), max_length=40)
    about = models.BigIntegerField()
    person = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, verbose_name=_("person")
    )
    address = models.CharField(_("e-mail address"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Tenant.Language)
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("asked for at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    refused_at = models.DateTimeField(_("refused at"), null=True)
    problem = models.TextField(_("problem"), blank=True)

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["about", "kind"], name="tenants_notice_about"),
            models.Index(
                fields=["created_at"],
                name="tenants_notice_unsent",
                condition=models.Q(sent_at=None, refused_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"
