"""What PostgreSQL lets everybody do, and a process with SQL of its own could misuse."""

import os

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from tests.support.databases import with_name
from vms_portal.devstack.provisioning import PROCESS_ROLES

pytestmark = pytest.mark.django_db
REFUSED = {
    "a large object": "SELECT lo_create(0)",
    "one by its old name": "SELECT lo_creat(-1)",
    "one with its content": "SELECT lo_from_bytea(0, 'x')",
    "more of one": "SELECT lo_put(1, 0, 'x')",
    "one opened": "SELECT lo_open(1, 131072)",
    "one written": "SELECT lowrite(0, 'x')",
    "one from a file": "SELECT lo_import('/etc/hostname')",
    "one into a file": "SELECT lo_export(1, '/tmp/x')",
    "a log filled": "SELECT pg_logical_emit_message(false, 'x', 'x')",
    "a connection ended": "SELECT pg_terminate_backend(pg_backend_pid())",
    "a statement ended": "SELECT pg_cancel_backend(pg_backend_pid())",
    "a lock past the transaction": "SELECT pg_advisory_lock(7265, 0)",
    "the same, tried": "SELECT pg_try_advisory_lock(7265)",
    "the same, shared": "SELECT pg_advisory_lock_shared(7265, 0)",
    "a table": "CREATE TABLE public.t ()",
    "a function": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a schema": "CREATE SCHEMA s",
    "an extension": "CREATE EXTENSION dblink",
    "a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "a file": "COPY (SELECT 1) TO '/tmp/x'",
    "a file read": "SELECT pg_read_file('/etc/hostname')",
    "triggers off": "SET session_replication_role = replica",
    "another's role": "SET ROLE vms_owner",
    "settings of all": "ALTER SYSTEM SET work_mem = '1GB'",
    "another's password": "ALTER ROLE vms_owner PASSWORD 'x'",
    "a role": "CREATE ROLE r",
}


@pytest.fixture(params=PROCESS_ROLES)
def signed_in(request, test_database_name):
    """A connection of the process's own login: no role to go back to."""
    name = f"DATABASE_URL_{request.param.removeprefix('vms_').upper()}"
    link = psycopg2.connect(with_name(os.environ[name], test_database_name))
    link.autocommit = True
    with link.cursor() as cursor:
        yield cursor
    link.close()


@pytest.mark.parametrize("act", REFUSED)
def test_no_process_may(signed_in, act):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        signed_in.execute(REFUSED[act])


def test_only_what_migrations_need_is_installed(signed_in):
    signed_in.execute("SELECT extname FROM pg_extension ORDER BY 1")
    assert [name for (name,) in signed_in] == ["btree_gist", "plpgsql"]


@pytest.mark.parametrize("role", ["vms_staff", "vms_worker", "vms_network"])
def test_who_takes_turns_until_the_commit_still_does(acting_as, role):
    """The control: what is taken away is less than what the services use."""
    with acting_as(role), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7263, 1)")


def test_the_portal_holds_no_lock_that_others_wait_for(acting_as):
    denied = pytest.raises(DatabaseError, match="permission denied")
    with acting_as("vms_app"), denied, transaction.atomic(), connection.cursor() as c:
        c.execute("SELECT pg_advisory_xact_lock(7265, 0)")
