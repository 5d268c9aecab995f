"""What a page answers besides 200: every app says the same of the same."""

from django.forms import BaseForm

CONFLICT, UNPROCESSABLE = 409, 422


def status_of(form: BaseForm) -> int:
    """Return 422 for a form that was sent and is shown again with what is wrong."""
    return UNPROCESSABLE if form.errors else 200
