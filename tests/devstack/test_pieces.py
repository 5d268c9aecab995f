"""The parts of the set-up that decide something."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path

import pytest

from demo import mailbox
from vms_portal.devstack import (
    command_doctor,
    command_reset,
    command_run,
    command_test,
    environment,
    instance,
    layout,
    packages,
    ports,
    provisioning,
    secrets_file,
)
from vms_portal.devstack.instance import Instance
from vms_portal.devstack.postgres import Postgres
from vms_portal.devstack.problem import SetupProblem
from vms_portal.devstack.processes import Child
from vms_portal.devstack.redis import answers, require_answer
from vms_portal.devstack.stamps import Stamp, fingerprint
from vms_portal.devstack.supervisor import RESTARTS_PER_MINUTE, Supervisor

ROOT = Path(__file__).resolve().parents[2]
MISSING = packages.Requirement("a dragon", ("dragon", "lair"), lambda: False)


def test_without_root_the_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupProblem, match="sudo apt-get install dragon lair"):
        packages.ensure((MISSING,))


def test_what_no_package_brings_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setattr(packages, "_install", lambda names: pytest.fail(str(names)))
    moon = packages.Requirement("the moon", (), lambda: False, "look up at night")
    with pytest.raises(SetupProblem, match="the moon: look up at night"):
        packages.ensure((moon, MISSING))


def test_the_browser_of_the_tests_can_be_named(monkeypatch):
    monkeypatch.setenv("VMS_CHROMIUM", sys.executable)
    assert packages.find_chromium() == sys.executable
    monkeypatch.setenv("VMS_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(SetupProblem, match="VMS_CHROMIUM names no program"):
        packages.ensure((packages._chromium(),))


@pytest.mark.parametrize("named", [None, ""])
def test_where_no_package_brings_the_browser_a_person_is_asked(monkeypatch, named):
    monkeypatch.delenv("VMS_CHROMIUM", raising=False)
    if named is not None:
        monkeypatch.setenv("VMS_CHROMIUM", named)
    monkeypatch.setattr(packages, "BROWSERS", ())
    monkeypatch.setattr(packages, "system", lambda: "Ubuntu 24.04")
    with pytest.raises(SetupProblem, match="install Google Chrome"):
        packages.ensure((packages._chromium(),))


def test_nothing_is_installed_when_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(packages, "_install", lambda names: pytest.fail(str(names)))
    there = packages.Requirement("air", ("air",), lambda: True)
    assert packages.ensure((there,)) == "nothing missing"


def test_apt_may_not_start_the_servers_it_installs(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "NO_CLUSTER", tmp_path / "d" / "vms.conf")
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    with packages._services_stay_off():
        assert "create_main_cluster = false" in packages.NO_CLUSTER.read_text()
        assert subprocess.run([packages.POLICY]).returncode == 101
    assert not packages.NO_CLUSTER.exists()
    assert not packages.POLICY.exists()


def test_a_policy_of_the_machine_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "NO_CLUSTER", tmp_path / "vms.conf")
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    packages.POLICY.write_text("theirs")
    with packages._services_stay_off():
        pass
    assert packages.POLICY.read_text() == "theirs"


def test_a_full_disk_is_told_before_anything_is_begun(monkeypatch):
    monkeypatch.setattr(layout, "LATER_START_BYTES", 10**18)
    monkeypatch.setattr(layout, "FIRST_START_BYTES", 10**18)
    with pytest.raises(SetupProblem, match="MB are free on the disk"):
        layout.require_disk_space()


def test_data_moves_out_of_a_checkout_others_cannot_enter(monkeypatch, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(layout, "ROOT", closed)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    home = layout.server_home("run")
    assert layout.OUTSIDE in home.parents
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert layout.server_home("run") == layout.VAR / "run" / "servers"


def test_a_port_in_use_is_named_with_a_way_out(monkeypatch):
    with socket.socket() as taken:
        taken.bind((ports.LOOPBACK, 0))
        taken.listen()
        monkeypatch.setenv("VMS_PORT", str(taken.getsockname()[1]))
        with pytest.raises(SetupProblem, match=r"in use.*VMS_PORT=\d+ bin/run"):
            ports.web_ports()


def test_two_processes_cannot_have_one_port(monkeypatch):
    for variable in ports.WEB_PORTS:
        monkeypatch.setenv(variable, str(ports.free_port()))
    monkeypatch.setenv("VMS_PORT", os.environ["VMS_BACKOFFICE_PORT"])
    with pytest.raises(SetupProblem, match="two different ports"):
        ports.web_ports()


def test_a_port_somebody_holds_for_the_other_protocol_is_in_use(monkeypatch):
    """Browsers look for localhost at ::1 first, and would open another's page."""
    try:
        stranger = socket.create_server(
            (ports.LOOPBACK_IPV6, 0), family=socket.AF_INET6
        )
    except OSError:
        pytest.skip("this machine has no IPv6")
    with stranger:
        port = stranger.getsockname()[1]
        monkeypatch.setenv("VMS_PORT", str(port))
        with pytest.raises(SetupProblem, match=f"Port {port} is in use"):
            ports.web_ports()


def test_a_redis_that_is_not_there_is_named():
    port = ports.free_port()
    with pytest.raises(SetupProblem, match=f"127.0.0.1:{port}, where nothing answers"):
        require_answer(f"redis://:secret@127.0.0.1:{port}/0")


@pytest.mark.parametrize(
    ("status", "told"),
    [(400, "answers 400. Does VMS_HOSTS name localhost"), (500, r"answers 500\.$")],
)
def test_ready_is_where_a_browser_sees_a_page(monkeypatch, status, told):
    """Whatever health says, and whatever proxy the machine has."""
    answers_with = [status]

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if "healthz" in self.path else answers_with[0])
            self.end_headers()

        def log_message(self, *arguments):
            """Nothing."""

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with http.server.HTTPServer((ports.LOOPBACK, 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        with pytest.raises(SetupProblem, match=told):
            command_run.require_page(site.server_port)
        # The control.
        answers_with[0] = 200
        command_run.require_page(site.server_port)
        site.shutdown()
    with pytest.raises(SetupProblem, match="does not answer"):
        command_run.require_page(site.server_port)


def test_an_address_of_redis_that_is_none_is_told():
    for url in ("redis://h:port/0", "redis://[::1/0"):
        with pytest.raises(SetupProblem, match="REDIS_URL: redis://"):
            require_answer(url)


@pytest.mark.parametrize("text", ["0", "80800", "http", "-1", ""])
def test_what_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("VMS_PORT", text)
    with pytest.raises(SetupProblem, match="not a port"):
        ports.web_ports()
    assert command_doctor._port("VMS_PORT")[0] is False


def test_secrets_are_random_kept_and_closed_to_others(tmp_path):
    path = tmp_path / "secrets" / "passwords"
    before = os.umask(0)
    try:
        first = secrets_file.Passwords(path).get("vms_app")
    finally:
        os.umask(before)
    assert secrets_file.Passwords(path).get("vms_app") == first
    assert secrets_file.Passwords(tmp_path / "other").get("vms_app") != first
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_key_for_second_factors_is_one_fernet_takes(tmp_path):
    from cryptography.fernet import Fernet

    key = secrets_file.Passwords(tmp_path / "x").get("VMS_MFA_KEY")
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"x")) == b"x"


def test_a_stamp_lapses_when_a_file_changes(tmp_path):
    file, stamp = tmp_path / "a", Stamp(tmp_path / "stamp")
    file.write_text("one")
    stamp.write(fingerprint([file]))
    assert stamp.matches(fingerprint([file]))
    file.write_text("two")
    assert not stamp.matches(fingerprint([file]))


def test_reset_leaves_nothing_of_the_demo(monkeypatch, tmp_path, settings, capsys):
    for module in (layout, instance):
        monkeypatch.setattr(module, "VAR", tmp_path)
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(instance, "server_home", lambda name: tmp_path / name / "x")
    written = Path(settings.MEDIA_ROOT).relative_to(settings.VAR_DIR)
    mails = mailbox.directory().relative_to(settings.VAR_DIR)
    of_the_demo = [
        *(written / "2026" / "a.pdf", mails / "1.eml", Path("stamps/static")),
        *(Path("secrets/passwords"), Path("log/web.log"), Path("run/beat-schedule")),
        *(Path("run/metrics-portal/a.db"), Path("run/x/postgres/PG_VERSION")),
    ]
    for path in (*of_the_demo, Path("test-0/lock"), Path("screenshots/a.png")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    assert command_reset.main([]) == 0
    assert "gone" in capsys.readouterr().out
    # Kept on purpose: the lock this command held, and what the tests wrote.
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} == {
        *("run", "run/lock", "test-0", "test-0/lock"),
        *("screenshots", "screenshots/a.png"),
    }


def test_reset_says_what_it_could_not_delete(monkeypatch, tmp_path):
    """Not that the data is gone. /proc lets nobody delete anything."""
    monkeypatch.setattr(layout, "VAR", tmp_path)
    monkeypatch.setattr(instance, "VAR", tmp_path)
    monkeypatch.setattr(instance, "server_home", lambda name: Path("/proc/self/fdinfo"))
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupProblem, match=r"Cannot delete .*fdinfo"):
        command_reset.main([])


def sleeper(tmp_path: Path, code: str = "import time; time.sleep(60)") -> Child:
    return Child("sleeper", [sys.executable, "-c", code], tmp_path / "log")


def ended(child: Child) -> int:
    assert child.process is not None
    return child.process.wait(10)


def test_stopping_ends_grandchildren_too(tmp_path):
    code = (
        "import subprocess, sys, time; "
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    child = sleeper(tmp_path, code)
    child.start()
    child.wait_until(lambda: child.logged("\n"), 10)
    grandchild = int((tmp_path / "log").read_text())
    child.stop()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{grandchild}").exists() and not _is_zombie(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_child_that_ignores_the_signal_is_ended(tmp_path):
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('deaf', flush=True); time.sleep(60)"
    )
    child = sleeper(tmp_path, code)
    child.patience = 0.5
    child.start()
    child.wait_until(lambda: child.logged("deaf"), 10)
    process = child.process
    child.stop()
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_a_program_that_ends_at_once_is_shown_with_its_log(tmp_path):
    child = sleeper(tmp_path, "raise SystemExit('no such table: moon')")
    child.start()
    with pytest.raises(SetupProblem, match=r"did not start(?s:.*)no such table: moon"):
        child.wait_until(lambda: False, 10)


ANSWERS = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def answering(tmp_path: Path, port: int) -> Child:
    command = [sys.executable, "-c", ANSWERS, str(port)]
    return Child("answering", command, tmp_path / "answering.log")


def test_ready_is_who_answers_on_his_own_port(tmp_path):
    port = ports.free_port()
    other, ours = answering(tmp_path, port), sleeper(tmp_path)
    other.start()
    ours.start()
    try:
        other.wait_until(lambda: command_run.is_ready(other, port), 10)
        # It answers, but not as this process.
        assert command_run._is_healthy(port)
        assert not command_run.is_ready(ours, port)
    finally:
        ours.stop()
        other.stop()
    assert not ports.listens(os.getpid(), port)


def test_a_dead_program_is_not_ready_because_another_answers(tmp_path):
    child = sleeper(tmp_path, "raise SystemExit('Address already in use')")
    child.start()
    with pytest.raises(SetupProblem, match="Address already in use"):
        child.wait_until(lambda: not child.alive, 10)


def test_what_ends_while_its_server_is_away_waits_for_it(tmp_path, capsys):
    child = sleeper(tmp_path, "raise SystemExit('Unrecoverable error')")
    away = True
    supervisor = Supervisor(lambda: away)
    supervisor.start(child)
    for _ in range(2 * RESTARTS_PER_MINUTE):
        ended(child)
        supervisor._restart(child)
    assert capsys.readouterr().out.count("does not answer") == 1
    away = False
    # The control: with the server there, it is the program's own fault.
    for _ in range(RESTARTS_PER_MINUTE):
        ended(child)
        supervisor._restart(child)
    ended(child)
    with pytest.raises(SetupProblem, match="keeps ending"):
        supervisor._restart(child)


def test_a_redis_answers_or_does_not(monkeypatch):
    url = os.environ["REDIS_URL"]
    assert answers(url)
    assert not answers(url.replace("redis://:", "redis://:wrong"))
    assert not answers(f"redis://127.0.0.1:{ports.free_port()}/0")


def test_what_a_program_writes_is_for_its_own_account(tmp_path):
    child = sleeper(tmp_path, f"open({str(tmp_path / 'x')!r}, 'w')")
    child.start()
    ended(child)
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0


@pytest.fixture
def fresh_server(tmp_path_factory, monkeypatch):
    """A cluster of its own, because the tests change roles."""
    for name in [name for name in os.environ if name.startswith("DATABASE_URL")]:
        monkeypatch.delenv(name)
    import shutil
    import tempfile

    home = Path(tempfile.mkdtemp(prefix="vms-postgres-"))
    home.chmod(0o711)
    passwords = secrets_file.Passwords(home / "secrets" / "passwords")
    server = Postgres(home, passwords, durable=False)
    server.start(home / "log")
    yield server, passwords
    server.stop()
    shutil.rmtree(home)


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


def test_the_set_up_runs_under_the_systems_python():
    python = Path("/usr/bin/python3")
    if not python.exists():
        pytest.skip("there is no system Python here")
    entry = ROOT / "vms_portal" / "devstack" / "__main__.py"
    done = subprocess.run([python, "-I", entry], capture_output=True, text=True)
    assert "usage: bin/run" in done.stderr, done.stderr


START = ROOT / "vms_portal" / "devstack" / "start.sh"


def test_a_python_that_was_named_and_does_not_fit_is_refused(tmp_path):
    other = tmp_path / "python3.10"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    named = os.environ | {"VMS_PYTHON": str(other)}
    done = subprocess.run([START], capture_output=True, text=True, env=named)
    assert done.returncode == 1
    assert f"VMS_PYTHON={other} is not Python 3.11 or later" in done.stderr


def test_the_systems_python_comes_before_others_on_the_path(tmp_path):
    if not Path("/usr/bin/python3").exists():
        pytest.skip("there is no system Python here")
    for name in ("python3", "python3.13"):
        (tmp_path / name).write_text("#!/bin/sh\necho the wrong one >&2\n")
        (tmp_path / name).chmod(0o755)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run([START], capture_output=True, text=True, env=path)
    assert "usage: bin/run" in done.stderr


def test_the_checks_of_every_commit_run_under_the_systems_python():
    assert "VMS_PYTHON:-/usr/bin/python3" in (ROOT / ".ci" / "run").read_text()


def test_an_environment_of_another_python_is_made_again(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "VENV", tmp_path / "venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "venv" / "bin" / "python")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    environment.PYTHON.write_text("#!/bin/sh\necho True $BASE\n")
    environment.PYTHON.chmod(0o755)
    for base, works in ((sys.base_prefix, True), ("/opt/another", False)):
        monkeypatch.setenv("BASE", base)
        assert environment._works() is works


def test_nightly_tests_run_only_when_asked_for(monkeypatch):
    asked: list[list[str]] = []

    def note(values, arguments):
        asked.append(list(arguments))
        return 0

    monkeypatch.setattr(command_test, "_pytest", note)
    instance = Instance("test-0", tests=True)
    assert command_test._nightly(instance, ["tests/docs"]) == 0
    assert command_test._part(instance, ["tests/docs"]) == 0
    assert asked[0][2:5] == ["-m", "nightly", "-rs"]
    assert "nightly" not in asked[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "-m 'not nightly'" in project["tool"]["pytest"]["ini_options"]["addopts"]
