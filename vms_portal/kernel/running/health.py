"""Is the process alive, and can it do its work?"""

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse

from vms_portal.kernel.running.inside import require_inside


def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: the process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: the database and Redis answer; 503 names the one that does not.

    For us only: what is down, and a query each time, are nobody else's.
    """
    require_inside(request)
    checks = {"database": _database, "redis": _redis}
    state = {name: check() for name, check in checks.items()}
    ready = all(answer == "ok" for answer in state.values())
    return JsonResponse(state, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return "no answer"
    return "ok"


def _redis() -> str:
    try:
        cache.get("readyz")
    except Exception:
        return "no answer"
    return "ok"
