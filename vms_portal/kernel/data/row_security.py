"""Which rows a database transaction may see (docs/adr/0002).

The policies read transaction-local settings: ``app.tenant``, ``app.user``,
``app.scope`` and, before it is known who asks, ``app.presented`` (the hash of a
token's or an invitation's secret), ``app.session`` (the key of a cookie) and
``app.email``. Session-level settings would leak through PgBouncer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def current(key: str) -> str:
    return _current([key])[0]


def _current(keys: list[str]) -> tuple[str, ...]:
    asked = ", ".join(["coalesce(current_setting(%s, true), '')"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", keys)
        values: tuple[str, ...] = cursor.fetchone()
        return values


def apply(**values: object) -> None:
    """Set ``tenant``, ``user``, ``scope``... for the open transaction.

    Every request does so: all values go in one statement.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("Row scope is set inside a transaction only.")
    params: list[str] = []
    for name, value in values.items():
        params += [f"app.{name}", "" if value is None else str(value)]
    settings = ", ".join(["set_config(%s, %s, true)"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {settings}", params)


@contextmanager
def _scope(**values: object) -> Iterator[None]:
    with transaction.atomic():
        current = _current([f"app.{name}" for name in values])
        before = dict(zip(values, current, strict=True))
        apply(**values)
        yield
        # An error rolls the settings back with the transaction or savepoint.
        apply(**before)


@contextmanager
def presented_email(email: str) -> Iterator[None]:
    """One transaction that sees the person of this address besides its own rows."""
    with _scope(email=email.strip().lower()):
        yield


@contextmanager
def person_scope(user_id: int) -> Iterator[None]:
    """One transaction that sees the rows of one person."""
    with _scope(user=user_id):
        yield


def snapshot() -> dict[str, str]:
    """Return what the open transaction may see, for ``as_before``."""
    names = ("tenant", "user", "scope")
    current = _current([f"app.{name}" for name in names])
    return dict(zip(names, current, strict=True))


@contextmanager
def as_before(values: dict[str, str]) -> Iterator[None]:
    """One transaction with the row scope of an earlier one."""
    with _scope(**values):
        yield


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
