"""On a provisioned server each role does its own work and nothing beside it."""

import pytest

from vms_portal.devstack import provisioning
from vms_portal.devstack.problem import SetupProblem


def test_provisioning_needs_no_superuser_and_makes_none(fresh_server):
    server, passwords = fresh_server
    provisioning.psql(
        server.url, "CREATE ROLE p LOGIN CREATEDB CREATEROLE PASSWORD 'p'"
    )
    url = provisioning.role_url(server.url, "p", "p", "postgres")
    for _ in range(2):
        provisioning.provision(url, passwords, "vms", tests=False)
    urls = provisioning.urls(url, passwords, "vms", tests=False)
    owner = urls["DATABASE_URL_OWNER"]
    provisioning.psql(owner, "CREATE EXTENSION btree_gist; CREATE TABLE t (a int)")
    assert provisioning.psql(owner, "SELECT 'É' < 'Z' COLLATE \"default\"") == "t\n"
    with pytest.raises(SetupProblem, match="permission denied"):
        provisioning.psql(urls["DATABASE_URL_APP"], "CREATE TABLE u (a int)")
    with pytest.raises(SetupProblem, match="permission denied"):
        provisioning.psql(urls["DATABASE_URL_APP"], "SELECT * FROM t")


@pytest.mark.parametrize("role", provisioning.PROCESS_ROLES)
def test_no_process_makes_temporary_tables_that_pass_for_ours(fresh_server, role):
    server, passwords = fresh_server
    provisioning.provision(server.url, passwords, "vms", tests=False)
    # As releases before this one left it.
    grant = f'GRANT TEMPORARY ON DATABASE "vms" TO {role}'
    provisioning.psql(server.url, grant)
    theirs = provisioning.role_url(server.url, role, passwords.get(role), "vms")
    provisioning.psql(theirs, "CREATE TEMPORARY TABLE billing_invoice ()")
    provisioning.provision(server.url, passwords, "vms", tests=False)
    with pytest.raises(SetupProblem, match="permission denied to create temporary"):
        provisioning.psql(theirs, "CREATE TEMPORARY TABLE billing_invoice ()")


@pytest.mark.parametrize("role", [*provisioning.PROCESS_ROLES, provisioning.BACKUP])
def test_no_process_writes_beside_the_tables_or_in_another_database(fresh_server, role):
    server, passwords = fresh_server
    provisioning.provision(server.url, passwords, "vms", tests=False)
    theirs = provisioning.role_url(server.url, role, passwords.get(role), "vms")
    # As releases before this one left it.
    back = "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC"
    provisioning.psql(server.url, back, within="vms")
    provisioning.psql(theirs, "SELECT lo_create(0)")
    for database in ("postgres", "template1"):
        provisioning.psql(theirs, "SELECT 1", within=database)
    provisioning.provision(server.url, passwords, "vms", tests=False)
    provisioning.seclude(server.url)
    with pytest.raises(SetupProblem, match="permission denied for function lo_create"):
        provisioning.psql(theirs, "SELECT lo_create(0)")
    for database in ("postgres", "template1"):
        with pytest.raises(SetupProblem, match="permission denied for database"):
            provisioning.psql(theirs, "SELECT 1", within=database)


def test_a_role_that_sees_everything_is_refused(fresh_server):
    server, passwords = fresh_server
    provisioning.provision(server.url, passwords, "vms", tests=False)
    provisioning.psql(server.url, "ALTER ROLE vms_app BYPASSRLS")
    with pytest.raises(SetupProblem, match="vms_app"):
        provisioning.provision(server.url, passwords, "vms", tests=False)


def test_nobody_enters_without_a_password(fresh_server):
    server, _ = fresh_server
    wrong = provisioning.role_url(server.url, "vms_admin", "wrong", "postgres")
    with pytest.raises(SetupProblem, match="password authentication failed"):
        provisioning.psql(wrong, "SELECT 1")
