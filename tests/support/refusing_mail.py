"""A mail server that knows some addresses no more."""

from smtplib import SMTPRecipientsRefused

from django.core.mail.backends.locmem import EmailBackend as Outbox

GONE = "gone@acme.example"
BACKEND = f"{__name__}.EmailBackend"


class EmailBackend(Outbox):
    def send_messages(self, messages):
        for message in messages:
            if GONE in message.to:
                raise SMTPRecipientsRefused({GONE: (550, b"No such user")})
        return super().send_messages(messages)
