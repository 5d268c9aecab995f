"""Whether the mails of a process reach anybody, asked once as it starts."""

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

# They write mails, and the links in them, to where no reader is.
NOWHERE = tuple(
    f"django.core.mail.backends.{name}.EmailBackend"
    for name in ("console", "filebased", "locmem", "dummy")
)
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def require_mail_server() -> None:
    """End the process with a sentence unless it can send mail; the demo keeps its own.

    Not a check of Django's: gunicorn and Celery ask none.
    """
    if settings.PROCESS == "network":
        return
    backend = settings.EMAIL_BACKEND
    _require_backend(backend)
    if settings.DEMO or settings.DEBUG:
        return
    if backend in NOWHERE:
        raise SystemExit(
            f"VMS_EMAIL_BACKEND is {backend}, which sends no mail and would show the "
            "links in it. Leave it out and name the mail server in VMS_EMAIL_HOST."
        )
    if backend == SMTP and not settings.EMAIL_HOST:
        raise SystemExit(
            "No mail server is named: set VMS_EMAIL_HOST (docs/operations.md). Nobody "
            "could get an invitation, a link to choose a password, or an invoice."
        )


def _require_backend(path: str) -> None:
    """End the process with a sentence unless there is such a class for mail."""
    try:
        backend = import_string(path)
    except ImportError as error:
        raise SystemExit(
            f"VMS_EMAIL_BACKEND is {path}, which cannot be loaded: {error}."
        ) from error
    if not (isinstance(backend, type) and issubclass(backend, BaseEmailBackend)):
        raise SystemExit(
            f"VMS_EMAIL_BACKEND is {path}, which is no way to send mail: a class "
            "such as django.core.mail.backends.smtp.EmailBackend is expected."
        )
