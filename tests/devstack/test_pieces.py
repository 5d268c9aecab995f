"""The parts of the set-up that decide something."""

import os
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from demo import mailbox
from tests.support.databases import ROOT
from vms_portal.devstack import (
    command_doctor,
    command_reset,
    command_test,
    instance,
    layout,
    packages,
    ports,
    secrets_file,
)
from vms_portal.devstack.instance import Instance
from vms_portal.devstack.problem import SetupProblem
from vms_portal.devstack.redis import require_answer
from vms_portal.devstack.stamps import Stamp, fingerprint

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
