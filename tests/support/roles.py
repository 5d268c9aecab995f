"""Whose rights in the database the code of a test has: its own, or a process's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

ARRANGER = "vms_arrange"
# Of each process that answers requests, with its addresses.
PROCESS_ROLES = {
    "portal": ("vms_app", "vms_portal.urls.portal"),
    "backoffice": ("vms_staff", "vms_portal.urls.backoffice"),
    "network": ("vms_network", "vms_portal.urls.network"),
}
SCOPE = ("tenant", "user", "scope")
Rights = tuple[str, dict[str, object]]
# Role and row scope of a connection that is made now.
ACTING: ContextVar[Rights] = ContextVar(
    "ACTING", default=(ARRANGER, {"scope": "system"})
)


@contextmanager
def acting_as(role: str, **settings: object) -> Iterator[None]:
    """Also for a connection that is made, or made anew, inside."""
    before = _held() if connection.connection is not None else ACTING.get()
    token = ACTING.set((role, settings))
    if connection.connection is not None:
        take(connection, role, settings)
    try:
        yield
    finally:
        ACTING.reset(token)
        if connection.connection is not None and not connection.needs_rollback:
            take(connection, *before)


def take(connection, role: str, settings: dict[str, object]) -> None:
    values = [str(settings.get(key, "")) for key in SCOPE]
    chosen = "".join(f"; SELECT set_config('app.{key}', %s, false)" for key in SCOPE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}{chosen}", values)


def _held() -> Rights:
    """Return what the connection has: a test may have changed it by hand."""
    columns = [f"coalesce(current_setting('app.{key}', true), '')" for key in SCOPE]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT current_user, {', '.join(columns)}")
        role, *values = cursor.fetchone()
    return role, dict(zip(SCOPE, values, strict=True))
