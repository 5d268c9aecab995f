"""Which rows a database transaction may see (docs/adr/0002).

The policies read transaction-local settings: ``app.tenant``, ``app.user``,
``app.scope`` and, to find a token or an invitation by the hash of its secret,
``app.presented``. Session-level settings would leak through PgBouncer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def current(key: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [key])
        return cursor.fetchone()[0]


def apply(**values: object) -> None:
    """Set ``tenant``, ``user``, ``scope`` or ``presented`` for the open transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("Row scope is set inside a transaction only.")
    with connection.cursor() as cursor:
        for name, value in values.items():
            text = "" if value is None else str(value)
            cursor.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", text])


@contextmanager
def _scope(**values: object) -> Iterator[None]:
    with transaction.atomic():
        before = {name: current(f"app.{name}") for name in values}
        apply(**values)
        yield
        # An error rolls the settings back with the transaction or savepoint.
        apply(**before)


@contextmanager
def tenant_scope(tenant_id: int) -> Iterator[None]:
    """One transaction that sees the rows of one tenant, whoever the caller is."""
    with _scope(tenant=tenant_id, scope=""):
        yield


@contextmanager
def system_scope() -> Iterator[None]:
    """One transaction in which the worker role sees every tenant."""
    with _scope(tenant="", scope="system"):
        yield
