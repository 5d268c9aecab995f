"""Telling people what was done to their way in, whatever the mail server does."""

import datetime as dt
import ipaddress

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.utils import timezone

from tenants.models import AuditEvent, User
from tenants.services.warning_mail import NotSo
from vms_portal.kernel.data import row_security
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.work.queue import after_commit_or_queue

TASK = "tenants.tasks.send_security_mail"
# Mails, and the act of the trail that each tells of.
LETTERS = {
    "account/email/password_changed": "person.password_changed",
    "account/email/password_reset": "person.password_reset",
    "account/email/password_set": "person.password_changed",
    "mfa/email/recovery_codes_generated": "person.second_factor_added",
    "mfa/email/totp_activated": "person.second_factor_added",
    "mfa/email/totp_deactivated": "person.second_factor_removed",
    "mfa/email/webauthn_added": "person.second_factor_added",
    "mfa/email/webauthn_removed": "person.second_factor_removed",
}
# Between an act's event and the mail, which allauth may send after the commit.
BESIDE = dt.timedelta(minutes=5)
LONGEST_DEVICE = 200


class UnknownLetter(ValueError):
    """No mail of this name tells of an act."""


class NoAddress(ValueError):
    """Where an act came from is no IP address: it may be any text."""


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


def send_asked(user_id: int, letter: str, address: str, device: str, at: str) -> None:
    """Send it for whoever asks: of staff the operator's trail has to know the act.

    The portal, whose people are others, cannot write there. Besides what ``send``
    raises, ``NotSo``.
    """
    with row_security.person_scope(user_id):
        user = User.objects.get(pk=user_id)
    if user.audience != "portal" and not _knows(user, letter, _moment(at)):
        raise NotSo(user_id, letter)
    send(user_id, letter, address, device, at)


def send(user_id: int, letter: str, address: str, device: str, at: str) -> None:
    """Send it, in the person's language. ``UnknownLetter``, ``NoAddress``.

    Nothing in it is a text of whoever asks.
    """
    if letter not in LETTERS:
        raise UnknownLetter(letter)
    with row_security.person_scope(user_id):
        user = User.objects.get(pk=user_id)
    context = {
        "user": user,
        "ip": _ip_address(address),
        "user_agent": clean_text(device)[:LONGEST_DEVICE],
        "timestamp": _moment(at),
    }
    get_adapter().send_mail(letter, user.email, context)


def _ip_address(text: str) -> str:
    """The address as it is written; none where none was known."""
    if not text:
        return ""
    try:
        # What stands behind a percent sign may be any text.
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError as error:
        raise NoAddress("The act came from no IP address.") from error


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    return found if timezone.is_aware(found) else found.replace(tzinfo=dt.UTC)


def _knows(user: User, letter: str, at: dt.datetime) -> bool:
    events = AuditEvent.objects.filter(tenant=None, action=LETTERS.get(letter, ""))
    own = events.filter(target_type=User._meta.label_lower, target_id=str(user.pk))
    return own.filter(at__gte=at - BESIDE, at__lte=at + BESIDE).exists()
