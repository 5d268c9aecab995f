"""What every template may use without asking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "operator": settings.OPERATOR,
        "demo": settings.DEMO,
        "process": settings.PROCESS,
        "languages": settings.LANGUAGES,
        "LANGUAGE_CODE": get_language() or settings.LANGUAGE_CODE,
    }
