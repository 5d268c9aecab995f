"""Notices, sent as the worker sends them."""

from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as Outbox

from tenants.models import Notice
from tenants.tasks import send_notice


class Forgetful(Outbox):
    """A mail server that is gone after its first mail."""

    def send_messages(self, messages):
        if mail.outbox:
            raise ConnectionRefusedError("gone")
        return super().send_messages(messages)


FORGETFUL = f"{__name__}.Forgetful"


def send_due() -> list:
    """Send the notices that wait, and return their mails."""
    before = len(mail.outbox)
    waiting = Notice.objects.filter(sent_at=None, refused_at=None).order_by("pk")
    for pk in waiting.values_list("pk", flat=True):
        send_notice(pk)
    return mail.outbox[before:]
