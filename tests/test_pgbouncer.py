"""The pool the tenancy tests run through is the one production uses."""

import psycopg2
import pytest
from psycopg2 import errors


@pytest.fixture
def connect(pgbouncer):
    links = []

    def make(role: str):
        links.append(psycopg2.connect(pgbouncer(role)))
        return links[-1]

    yield make
    for link in links:
        link.close()


def ask(link, sql: str):
    with link, link.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_clients_share_one_server_connection(connect):
    first, second = connect("vms_app"), connect("vms_app")
    assert ask(first, "SELECT pg_backend_pid()") == ask(
        second, "SELECT pg_backend_pid()"
    )


def test_a_setting_of_the_transaction_ends_with_it(connect):
    first, second = connect("vms_app"), connect("vms_app")
    ask(first, "SELECT set_config('app.tenant', '7', true)")
    assert ask(second, "SELECT current_setting('app.tenant', true)") in ("", None)


def test_a_setting_of_the_session_would_leak(connect):
    """The control: this is why the product sets nothing for longer."""
    first, second = connect("vms_app"), connect("vms_app")
    ask(first, "SELECT set_config('app.tenant', '7', false)")
    try:
        assert ask(second, "SELECT current_setting('app.tenant', true)") == "7"
    finally:
        ask(first, "SELECT set_config('app.tenant', '', false)")


def test_the_customers_role_may_not_become_another(connect):
    with pytest.raises(errors.InsufficientPrivilege):
        ask(connect("vms_app"), "SET ROLE vms_worker")
