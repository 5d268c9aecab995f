"""The mail server of processes that a test starts and whose mails it does not read."""

from django.core.mail.backends.base import BaseEmailBackend

BACKEND = f"{__name__}.EmailBackend"


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages):
        return len(email_messages)
