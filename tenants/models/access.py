from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.owned import TenantOwned
from tenants.models.people import Member, User
from vms_portal.kernel.data.constraints import TenantForeignKey


class Invitation(TenantOwned):
    """An offer of membership, bound to one e-mail address and used once."""

    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Member.Role)
    sees_all_numbers = models.BooleanField(_("all numbers"), default=True)
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, default="", db_default=""
    )
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    mailed_at = models.DateTimeField(_("mail sent at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email

    @property
    def author(self) -> str:
        """Who invites; the operator where staff did, whom no customer sees."""
        try:
            return str(self.invited_by)
        except User.DoesNotExist:
            return settings.OPERATOR.name


class ApiToken(TenantOwned):
    """A key for programs. Only its SHA-256 is stored; it is shown once."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="tokens", db_constraint=False
    )
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("starts with"), max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [TenantForeignKey(field="member", name="tenants_token_member")]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(TenantOwned):
    """The stored answer to a write that a program may send twice."""

    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key"], name="tenants_idempotency_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.key
