"""Telling people what was done to their way in, whatever the mail server does."""

import datetime as dt

from allauth.account.adapter import get_adapter
from django.db import transaction

from tenants.models import User
from vms_portal.kernel.data import row_security
from vms_portal.kernel.work.queue import after_commit_or_queue

TASK = "tenants.tasks.send_security_mail"
LETTERS = frozenset(
    {
        "account/email/password_changed",
        "account/email/password_reset",
        "account/email/password_set",
        "mfa/email/recovery_codes_generated",
        "mfa/email/totp_activated",
        "mfa/email/totp_deactivated",
        "mfa/email/webauthn_added",
        "mfa/email/webauthn_removed",
    }
)


class UnknownLetter(ValueError):
    """No mail of this name tells of an act."""


@transaction.atomic
def tell(
    *, user: User, letter: str, address: str, device: str, at: dt.datetime
) -> None:
    """Write to the person once the act is committed.

    A mail that cannot be sent neither fails the act nor is lost: it is listed, and
    the worker tries again. ``address`` is the IP address the act came from.
    """
    about = (user.pk, letter, address, device, at.isoformat())
    after_commit_or_queue(TASK, send, *about)


def send(user_id: int, letter: str, address: str, device: str, at: str) -> None:
    """Send it, in the person's language. ``UnknownLetter``."""
    if letter not in LETTERS:
        raise UnknownLetter(letter)
    with row_security.person_scope(user_id):
        user = User.objects.get(pk=user_id)
    context = {
        "user": user,
        "ip": address,
        "user_agent": device,
        "timestamp": dt.datetime.fromisoformat(at),
    }
    get_adapter().send_mail(letter, user.email, context)
