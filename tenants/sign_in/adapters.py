"""allauth, made to this portal's rules."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tenants.models import Member, User
from tenants.services import authors, security_mail
from tenants.services.site_addresses import site_address
from tenants.sign_in import kept_invitation, session_rules
from tenants.sign_in.backends import is_served_here
from tenants.sign_in.events import record_own
from vms_portal.kernel.mail.delivery import deliver, framed
from vms_portal.kernel.mail.mailboxes import spelled_or_typed

LINK = "account_reset_password_from_key"


class AccountAdapter(DefaultAccountAdapter):
    """Closed to sign-up; mail says where to go by configuration, not by host."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """allauth raises on an address that cannot be read: no way back is that."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def format_email_subject(self, subject: str) -> str:
        values = {"name": settings.OPERATOR.portal_name, "value": subject}
        return _("%(name)s: %(value)s") % values

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Write to a person in their own language.

        Some of it is sent after the commit, when allauth's request is gone.
        """
        user = context.get("user")
        known = user if isinstance(user, User) else None
        address = site_address(known.audience if known else settings.PROCESS)
        values = {
            "email": email,
            "portal": settings.OPERATOR.portal_name,
            "security_url": address + reverse("mfa_index"),
            **context,
        }
        language = known.language if known else translation.get_language()
        with translation.override(language):
            message = self.render_mail(template_prefix, email, values)
            message.body = framed(message.body.strip())
        deliver(message)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person of an act on their way in; the act does not wait for it."""
        agent = self.get_http_user_agent(self.request)[:HTTP_USER_AGENT_MAX_LENGTH]
        security_mail.tell(
            user=user,
            letter=template_prefix,
            device=agent,
            address=self.get_client_ip(self.request) or "",
            at=timezone.now(),
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if kept_invitation.kept(request):
            return reverse(kept_invitation.PAGE)
        return str(super().get_login_redirect_url(request))

    def pre_login(
        self, request: HttpRequest, user: User, **more: Any
    ) -> HttpResponseBase | None:
        """Whoever a passkey names is nobody either in the process of the others.

        Notes what the sign-in is begun under; the second step may be a while.
        """
        if not is_served_here(user):
            clear_login(request)
            return redirect("account_login")
        request.session[session_rules.BEGUN_UNDER] = user.get_session_auth_hash()
        answer: HttpResponseBase | None = super().pre_login(request, user, **more)
        return answer

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        # Rows before the trail (docs/lock-order.md).
        super().logout(request)
        if isinstance(user, User):
            record_own(user, "person.signed_out")

    def set_password(self, user: User, password: str) -> None:
        """Write the password alone: the portal's role may write little else.

        For who is still as the request found them, or their link would be used twice,
        or by somebody whose access or address went while the request waited.
        """
        try:
            authors.lock_person(user)
            if self.request.user.pk == user.pk:
                # A link opened where they are signed in: the same person, read twice.
                authors.lock_person(self.request.user)
        except authors.NoLongerAble as error:
            match = self.request.resolver_match
            if match is None or match.url_name != LINK:
                raise
            # The page of the link says that it is void.
            raise ImmediateHttpResponse(redirect(self.request.path)) from error
        user.set_password(password)
        user.save(update_fields=["password"])

    def reauthenticate(self, user: User, password: str) -> bool:
        """A hash made anew on the way, here or in another window, ends nothing."""
        request = allauth_context.request
        person = self.authenticate(request, email=user.email, password=password)
        if person is None or person.pk != user.pk:
            return False
        if person.password != user.password and user.check_password(password):
            # As the request found them otherwise: another end is one.
            session_rules.go_on_hashed_anew(request, user)
        return True

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: Any
    ) -> str:
        # One count for an address, under whatever host name it was tried.
        return spelled_or_typed(str(credentials.get("email", "")))


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Sessions that a person ends from the list are in the trail."""

    def end_sessions(self, sessions: Sequence[UserSession]) -> None:
        # In one order, whoever else ends the same (docs/lock-order.md).
        super().end_sessions(sorted(sessions, key=attrgetter("session_key")))
        for session in sessions:
            record_own(session.user, "person.session_ended", address=session.ip)


class MfaAdapter(DefaultMFAAdapter):
    """Secrets are encrypted at rest with ``VMS_MFA_KEY``."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor stays with whoever must have one."""
        if authenticator.type not in session_rules.STRONG:
            return True
        # Locked: of two requests that remove one each, the second sees what is left.
        strong = Authenticator.objects.select_for_update().filter(
            user=authenticator.user_id, type__in=session_rules.STRONG
        )
        memberships = Member.objects.filter(user=authenticator.user_id, is_active=True)
        is_needed = session_rules.needs_second_factor(
            authenticator.user, list(memberships)
        )
        left = [one.pk for one in strong.order_by("pk")]
        # One that is gone is removed, and told, once.
        is_there = authenticator.pk in left
        return is_there and (not is_needed or len(left) > 1)

    def _get_site_name(self) -> str:
        return settings.OPERATOR.portal_name


def _cipher() -> Fernet:
    if not settings.MFA_KEY:
        raise ImproperlyConfigured("VMS_MFA_KEY is not set.")
    return Fernet(settings.MFA_KEY)
