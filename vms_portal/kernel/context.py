"""What every template may use without asking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "operator": settings.OPERATOR,
        "demo": settings.DEMO,
        "process": settings.PROCESS,
        "languages": settings.LANGUAGES,
    }
