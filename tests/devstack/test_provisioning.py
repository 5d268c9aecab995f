"""Provisioning leaves no password in the server's log, and takes turns."""

import os
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vms_portal.devstack import (
    command_provision,
    command_reset,
    instance,
    layout,
    provisioning,
    psql,
    role_passwords,
)
from vms_portal.devstack.problem import SetupProblem

ROLES = [provisioning.OWNER, *provisioning.PROCESS_ROLES, provisioning.BACKUP]
# RFC 7677, 3: its example exchange has these proofs for "pencil".
SALT = b"[m\x99h\x9d\x125\x8e\xec\xa0K\x14\x126\xfa\x81"
PENCIL = (
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
)


def server_log(server):
    return (server.home / "log").read_text()


def test_a_verifier_is_that_of_the_standard():
    assert role_passwords.verifier("pencil", SALT) == PENCIL
    assert role_passwords.fits(PENCIL, "pencil")
    for stored in ("", "md5aa", PENCIL.replace("W22Z", "W22Y"), PENCIL[:-9], "a$b:c$d"):
        assert not role_passwords.fits(stored, "pencil")
    assert not role_passwords.fits(PENCIL, "pen")


def test_a_statement_that_fails_shows_no_password(fresh_server):
    """A login that may hand the owner's role on, and yet not write it."""
    server, passwords = fresh_server
    provisioning.provision(server.url, passwords, "vms", tests=False)
    provisioning.psql(
        server.url,
        "CREATE ROLE p LOGIN CREATEDB PASSWORD 'p';"
        "GRANT vms_owner TO p WITH ADMIN OPTION",
    )
    url = provisioning.role_url(server.url, "p", "p", "postgres")
    with pytest.raises(SetupProblem) as caught:
        provisioning.provision(url, passwords, "vms", tests=False)
    said = server_log(server) + str(caught.value)
    # The control: it is the statement with the passwords that was written.
    assert "ALTER ROLE vms_owner LOGIN PASSWORD 'SCRAM-SHA-256$" in said
    assert not [role for role in ROLES if passwords.get(role) in said]


def test_who_provisions_again_writes_no_login(fresh_server):
    server, passwords = fresh_server
    kept = "SELECT rolname, rolpassword, xmin FROM pg_authid ORDER BY 1"
    provisioning.provision(server.url, passwords, "vms", tests=True)
    before = provisioning.psql(server.url, kept)
    provisioning.provision(server.url, passwords, "vms", tests=False)
    logins = [line for line in before.splitlines() if "vms_test" not in line]
    after = provisioning.psql(server.url, kept).splitlines()
    assert [line for line in logins if "backup" not in line] == [
        line for line in after if "vms_test" not in line and "backup" not in line
    ]
    # The control: another password, and one that may not sign in, are written.
    passwords._values["vms_app"] = "another"
    provisioning.psql(server.url, "ALTER ROLE vms_staff NOLOGIN")
    provisioning.provision(server.url, passwords, "vms", tests=False)
    for role in ("vms_app", "vms_staff"):
        url = provisioning.role_url(server.url, role, passwords.get(role), "vms")
        assert provisioning.psql(url, "SELECT current_user").strip() == role


@pytest.mark.parametrize("is_superuser", [True, False])
def test_provisioners_take_turns(fresh_server, is_superuser):
    server, passwords = fresh_server
    url = server.url
    if not is_superuser:
        provisioning.psql(url, "CREATE ROLE p LOGIN CREATEDB CREATEROLE PASSWORD 'p'")
        url = provisioning.role_url(url, "p", "p", "postgres")
    for role in ROLES:
        passwords.get(role)
    start = threading.Barrier(4)

    def provision(_):
        start.wait()
        for _ in range(3):
            provisioning.provision(url, passwords, "vms", tests=False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(provision, range(4)))
    assert "concurrently" not in server_log(server)


def test_a_server_that_refuses_is_told_in_a_sentence(fresh_server):
    server, passwords = fresh_server
    url = provisioning.role_url(server.url, "nobody", "x", "postgres")
    with pytest.raises(SetupProblem, match=r"refused\.\n\n.*authentication failed"):
        provisioning.provision(url, passwords, "vms", tests=False)


def test_a_word_of_the_server_before_the_answer_holds_nothing_up(
    fresh_server,
    monkeypatch,
):
    """As each login has it after an upgrade of the system's collations."""
    server, passwords = fresh_server
    provisioning.psql(
        server.url,
        "UPDATE pg_database SET datcollversion = '1.0' WHERE datname = 'postgres'",
    )
    monkeypatch.setattr(psql, "TURN_SECONDS", 20.0)
    provisioning.provision(server.url, passwords, "vms", tests=False)
    # The control: it does say something.
    command, environment = psql.call(server.url)
    said = subprocess.run(
        [*command, "-c", ""], env=environment, capture_output=True, text=True
    )
    assert "collation version mismatch" in said.stderr


def test_a_server_that_never_answers_is_told(monkeypatch):
    monkeypatch.setattr(psql, "TURN_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"postgresql://u:p@127.0.0.1:{deaf.getsockname()[1]}/x"
        with pytest.raises(SetupProblem, match=r"refused\.\n\nNo answer in 1 sec"):
            provisioning.seclude(url)


def test_tls_that_an_address_asks_for_is_asked_for(fresh_server, monkeypatch):
    server, passwords = fresh_server
    for asked in ("sslmode=require", "sslmode=verify-full&sslrootcert=%2Fno%20where"):
        with pytest.raises(SetupProblem, match=r"refused\.\n\n.*SSL|root cert"):
            provisioning.provision(
                f"{server.url}?{asked}", passwords, "vms", tests=False
            )
    # The control, with what has to be quoted.
    url = f"{server.url}?sslmode=prefer&application_name=it%27s%5C%20us"
    assert provisioning.psql(url, "SHOW application_name") == "it's\\ us\n"


@pytest.mark.parametrize(
    "asked",
    [
        *("sslpassword=hush", "password=hush", "hostaddr=10.0.0.1", "a%3Db=hush"),
        "application_name=%00",
    ],
)
def test_what_cannot_be_handed_to_psql_is_told(asked):
    with pytest.raises(SetupProblem, match="DATABASE_URL: ") as caught:
        provisioning.psql(f"postgresql://u:p@127.0.0.1:1/x?{asked}", "SELECT 1")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("given", ["", "o'clock\n2", "é", "a\tb", "\x7f"])
def test_a_password_that_clients_would_rewrite_is_refused(monkeypatch, given):
    for name in [name for name in os.environ if name.startswith("VMS_PASSWORD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VMS_PASSWORD_APP", given)
    with pytest.raises(SetupProblem, match="VMS_PASSWORD_APP is missing or"):
        command_provision.GivenPasswords().get("vms_app")


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A folder of the commands' own, so that none forgets the demo of this checkout."""
    for module in (layout, instance):
        monkeypatch.setattr(module, "VAR", tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", [command_provision, command_reset])
@pytest.mark.parametrize(
    "given",
    [
        *("nonsense", " ", "postgres://h:port/x", "postgres://[::1/x", "redis://h"),
        *("mysql://u:p@127.0.0.1/x", "postgres://u:p%00@127.0.0.1:1/x"),
    ],
)
def test_an_address_that_is_none_is_told(monkeypatch, elsewhere, command, given):
    monkeypatch.setenv("DATABASE_URL", given)
    with pytest.raises(SetupProblem, match="DATABASE_URL: postgresql://user"):
        command.main([])


def test_a_lock_of_another_account_is_told(elsewhere):
    """Root ran a command first; here the lock is a folder, which nobody opens."""
    (elsewhere / "run" / "lock").mkdir(parents=True)
    with pytest.raises(SetupProblem, match="is another account's"):
        instance.Instance("run", tests=False).lock()


def test_what_a_statement_says_stays_out_of_the_log(fresh_server):
    """Values too: those of a person hold a password's hash."""
    server, passwords = fresh_server
    provisioning.provision(server.url, passwords, "vms", tests=False)
    for role in ROLES:
        url = provisioning.role_url(server.url, role, passwords.get(role), "vms")
        with pytest.raises(SetupProblem):
            provisioning.psql(url, "SELECT 'argon2-of-somebody'::int")
    assert "STATEMENT:" not in server_log(server)
    with pytest.raises(SetupProblem):
        provisioning.psql(server.url, "SELECT 'the control'::int")
    assert "STATEMENT:  SELECT 'the control'" in server_log(server)
