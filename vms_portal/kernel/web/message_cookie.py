"""What a page says once, in a cookie named like the others (settings.COOKIE_PREFIX).

Django's own is called the same in portal and back office, and any host of the domain
may set it.
"""

from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest


class NamedCookieStorage(CookieStorage):
    cookie_name = settings.MESSAGES_COOKIE_NAME


class Storage(FallbackStorage):
    storage_classes = (NamedCookieStorage, SessionStorage)


def say_nothing(request: HttpRequest) -> None:
    """Drop what an act that was undone had to say; of earlier pages it is read anew."""
    if hasattr(request, "_messages"):
        request._messages = default_storage(request)
