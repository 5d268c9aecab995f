"""Mail to several people, of whom one may have no mailbox any more."""

import logging
from smtplib import SMTPRecipientsRefused

from django.core.mail import send_mail

from vms_portal.kernel import failures
from vms_portal.kernel.text import clean_text

logger = logging.getLogger(__name__)


def tell(address: str, subject: str, text: str) -> None:
    """Send the mail; an address the mail server refuses is listed as failed work.

    A name in the subject never ends it, whatever characters it holds. Trying a
    refused address again would not reach it, and would tell everybody else once
    more. Any other failure is raised, for the task to be tried again.
    """
    try:
        send_mail(clean_text(subject), text, None, [address])
    except SMTPRecipientsRefused as error:
        codes = sorted({code for code, _message in error.recipients.values()})
        logger.warning("The mail server refuses an address: %s", codes)
        reason = f"The mail server refuses the address: {codes}"
        failures.report("mail", [address, subject], reason, repeatable=False)
