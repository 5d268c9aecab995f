"""Forgotten passwords: the request asks, the worker looks, decides and writes."""

import structlog
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from tenants.models import User
from tenants.services.reset_tokens import ResetTokens
from tenants.services.site_addresses import reset_link, site_address
from vms_portal.kernel.work.queue import enqueue_after_commit

log = structlog.get_logger("vms.access")


@transaction.atomic
def ask_for_reset(*, email: str, audience: str) -> None:
    """Queue the same work for every address: the answer tells nobody who exists."""
    enqueue_after_commit("tenants.tasks.send_password_reset", email.lower(), audience)


def send_first_link(*, user_id: int) -> bool:
    """Mail a person whom staff added the link to choose a password; once is enough."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or user.has_usable_password():
        return False
    _send("account/email/welcome", user)
    return True


def send_reset(*, email: str, audience: str) -> bool:
    """Mail the link if somebody of this audience has the address.

    Staff choose their password in the back office, customers in the portal.
    """
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or user.audience != audience:
        log.info("no password to reset", audience=audience)
        return False
    _send("account/email/password_reset_key", user)
    return True


def _send(letter: str, user: User) -> None:
    audience = user.audience
    key = f"{user_pk_to_url_str(user)}-{ResetTokens(audience).make_token(user)}"
    context = {
        "user": user,
        "password_reset_url": reset_link(audience, key),
        "sign_in_url": site_address(audience) + reverse("account_login"),
    }
    get_adapter().send_mail(letter, user.email, context)
