"""The demo goes on: calls keep coming in while it runs."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from demo.calls import load_calls


@shared_task
def continue_calls() -> None:
    """Add the calls that ended since the last time; what is there stays as it is."""
    if settings.DEMO:
        load_calls(timezone.now())
