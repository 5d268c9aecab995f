"""Mails as people read them; an address may have no mailbox any more."""

import logging
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from vms_portal.kernel.formatting import display
from vms_portal.kernel.text import one_line
from vms_portal.kernel.work import failures

logger = logging.getLogger(__name__)


def framed(text: str) -> str:
    """Return a mail's text between its greeting and who sends it."""
    values = {
        "text": text,
        "portal": settings.OPERATOR.portal_name,
        "operator": settings.OPERATOR.name,
        "phone": display(settings.OPERATOR.support_phone),
        "email": settings.OPERATOR.support_email,
    }
    frame = _(
        "Hello,\n\n%(text)s\n\n%(portal)s, %(operator)s\n"
        "Questions? Call %(phone)s or write to %(email)s. "
        "Please do not reply to this message."
    )
    return frame % values


def tell(address: str, subject: str, text: str) -> None:
    """Write a mail and deliver it.

    A name in the subject never ends it, whatever characters it holds.
    """
    deliver(EmailMessage(one_line(subject), framed(text), to=[address]))


def deliver(message: EmailMessage) -> None:
    """Send the mail; an address the mail server refuses is listed as failed work.

    Trying a refused address again would not reach it, and would tell everybody else
    once more. Any other failure is raised, for the task to be tried again.
    """
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        codes = sorted({code for code, _message in error.recipients.values()})
        logger.warning("The mail server refuses an address: %s", codes)
        reason = f"The mail server refuses the address: {codes}"
        about = [*message.to, message.subject]
        failures.report("mail", about, reason, repeatable=False)
