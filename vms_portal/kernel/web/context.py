"""What every template may use without asking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

# What a form says of itself (templatetags/forms.py).
FIELD, PERSON = "for_customer", "by_person"


def customer_of(request: HttpRequest | None) -> int | None:
    """Return the key of the customer that a request acts for."""
    member = getattr(request, "member", None)
    return getattr(member, "tenant_id", None)


def person_of(request: HttpRequest | None) -> int | None:
    """Return the key of who is signed in."""
    key: int | None = getattr(getattr(request, "user", None), "pk", None)
    return key


def portal(request: HttpRequest) -> dict[str, Any]:
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "operator": settings.OPERATOR.in_language(language),
        "demo": settings.DEMO,
        "customer": customer_of(request),
        "process": settings.PROCESS,
        "LANGUAGE_CODE": language,
    }
