"""Forgotten passwords: the request asks, the worker looks, decides and writes."""

import structlog
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction

from tenants.adapters import AccountAdapter, reset_link
from tenants.models import User
from tenants.reset_tokens import ResetTokens
from vms_portal.kernel.queue import enqueue_after_commit

log = structlog.get_logger("vms.access")


@transaction.atomic
def ask_for_reset(*, email: str, audience: str) -> None:
    """Queue the same work for every address: the answer tells nobody who exists."""
    enqueue_after_commit("tenants.tasks.send_password_reset", email.lower(), audience)


def send_reset(*, email: str, audience: str) -> bool:
    """Mail the link if somebody of this audience has the address.

    Staff choose their password in the back office, customers in the portal.
    """
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or user.audience != audience:
        log.info("no password to reset", audience=audience)
        return False
    key = f"{user_pk_to_url_str(user)}-{ResetTokens(audience).make_token(user)}"
    context = {"user": user, "password_reset_url": reset_link(audience, key)}
    AccountAdapter().send_mail("account/email/password_reset_key", email, context)
    return True
