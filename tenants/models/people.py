from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tenants.models.owned import TenantOwned
from tenants.models.tenant import Tenant
from vms_portal.kernel.data.constraints import tenant_key

if TYPE_CHECKING:
    from tenants.models.access import ApiToken


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        """The person with this address, in whatever capitals; kept in small letters."""
        return super().get_by_natural_key((username or "").lower())

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, to one or several customers or to the back office."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Tenant.Language, default=Tenant.Language.FR
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("May sign in to the back office.")
    )
    date_joined = models.DateTimeField(_("joined at"), auto_now_add=True)
    # One more ends every session, and every sign-in on its way, for good.
    session_generation = models.PositiveIntegerField(
        _("generation of sessions"), default=0, db_default=0, editable=False
    )

    objects = UserManager()

    # Locked by its own request, as the request found them (tenants/services/authors).
    is_held = False
    # The hash that this very object replaced with a newer one of the same password.
    hashed_anew_from = ""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["email"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session holds of who it was made for.

        Sessions end with the address as with the password: who had the old one may
        have been somebody else. They end with access taken away, and do not come back
        with it. The first generation is not named: those of before it count on.
        """
        made_under = f"{self.password}\n{self.email}"
        if self.session_generation:
            made_under += f"\n{self.session_generation}"
        return salted_hmac(
            "tenants.session", made_under, secret=secret, algorithm="sha256"
        ).hexdigest()

    def check_password(self, raw_password: str | None) -> bool:
        """Django's, whose new hash of the old password replaces no newer password."""

        def hash_anew(raw: str) -> None:
            before, anew = self.password, make_password(raw)
            mine = User.objects.filter(pk=self.pk)
            if not mine.filter(password=before).update(password=anew):
                # Another request was first: with this password, or with a newer one.
                now = mine.values_list("password", flat=True).first()
                anew = now if now and check_password(raw, now) else before
            if anew != before:
                self.password, self.hashed_anew_from = anew, before

        return check_password(raw_password, self.password, hash_anew)

    @property
    def audience(self) -> str:
        """The process whose pages are this person's, and no other's."""
        return "backoffice" if self.is_staff or self.is_superuser else "portal"

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Member(TenantOwned):
    """A person's place in a customer: what they may do there."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("Administrator")
        EDITOR = "editor", _("Editor")
        OPERATOR = "operator", _("Dispatcher")
        FINANCE = "finance", _("Finance")
        VIEWER = "viewer", _("Viewer")

    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    sees_all_numbers = models.BooleanField(
        _("all numbers"),
        default=True,
        help_text=_("Otherwise only the sites and numbers granted to this person."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("member since"), auto_now_add=True)

    is_held = False
    # The API token that acts as them in this request.
    token: ApiToken | None = None

    class Meta:
        ordering = ["user__email"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            tenant_key("tenants_member"),
            models.UniqueConstraint(
                fields=["tenant", "user"], name="tenants_member_once_per_customer"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def may_edit(self) -> bool:
        """May change plans, calendars and destinations."""
        return self.role in {self.Role.ADMIN, self.Role.EDITOR}

    @property
    def may_edit_shared(self) -> bool:
        """May change what numbers share, seen or not: calendars, announcements."""
        return self.may_edit and self.sees_all_numbers

    @property
    def may_operate(self) -> bool:
        """May invoke what is prepared: divert, switch, activate a continuity plan."""
        return self.may_edit or self.role == self.Role.OPERATOR

    @property
    def may_see_billing(self) -> bool:
        return self.role in {self.Role.ADMIN, self.Role.FINANCE}

    @property
    def may_manage_team(self) -> bool:
        return self.role == self.Role.ADMIN
