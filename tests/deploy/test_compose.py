"""docker-compose.yml is valid, and hands out no more secrets than needed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
SERVICES = yaml.safe_load(FILE.read_text())["services"]
OURS = {name: s for name, s in SERVICES.items() if s["image"].startswith("vms-portal")}


def check(path: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name("check-jsonschema")
    command = [sys.executable, str(tool), "--builtin-schema", "vendor.compose-spec"]
    return subprocess.run([*command, str(path)], capture_output=True, text=True)


def test_the_file_follows_the_compose_specification():
    done = check(FILE)
    assert done.returncode == 0, done.stdout


def test_a_wrong_file_is_noticed(tmp_path):
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(FILE.read_text().replace("command: [beat]", "comand: [beat]"))
    assert check(wrong).returncode != 0


def test_every_service_of_production_is_there():
    assert set(SERVICES) == {
        "portal", "backoffice", "worker", "beat", "provision", "migrate",
        "postgres", "pgbouncer", "redis", "nginx",
    }  # fmt: skip


def test_secrets_come_from_files_only():
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY", key):
                assert key.endswith("_FILE"), f"{name}: {key}"
                secret = value.removeprefix("/run/secrets/")
                assert secret in service["secrets"], f"{name}: {key}"


@pytest.mark.parametrize(
    ("service", "password"),
    [
        ("portal", {"app_password", "redis_password_portal"}),
        ("backoffice", {"staff_password", "redis_password_backoffice"}),
        ("worker", {"worker_password", "redis_password_worker"}),
        ("beat", {"worker_password", "redis_password_worker"}),
        ("migrate", {"owner_password"}),
    ],
)
def test_a_process_knows_its_own_passwords_only(service, password):
    known = {name for name in SERVICES[service]["secrets"] if "password" in name}
    assert known == password


@pytest.mark.parametrize(
    ("service", "keys"),
    [
        ("portal", {"secret_key_portal", "reset_key_portal"}),
        ("backoffice", {"secret_key_backoffice", "reset_key_backoffice"}),
        ("worker", {"reset_key_portal", "reset_key_backoffice"}),
        ("beat", set()),
        ("migrate", set()),
    ],
)
def test_a_process_signs_with_its_own_keys_only(service, keys):
    known = {n for n in SERVICES[service]["secrets"] if "_key" in n and n != "mfa_key"}
    assert known == keys


def test_only_the_proxy_listens_outside():
    assert [name for name, s in SERVICES.items() if "ports" in s] == ["nginx"]


def test_our_processes_run_without_privileges():
    for name, service in OURS.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name


def pins(path: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"(?m)^([a-z0-9._-]+)(?:\[.*?\])?==(\S+)", path.read_text()))


def test_production_installs_a_part_of_what_is_tested():
    tested = pins(ROOT / "requirements.lock")
    installed = pins(ROOT / "deploy" / "requirements.lock")
    assert installed <= tested
    assert "--hash=sha256:" in (ROOT / "deploy" / "requirements.lock").read_text()
    names = {name for name, _ in installed}
    assert "pytest" not in names
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for wanted in project["dependencies"]:
        name = re.match(r"[A-Za-z0-9._-]+", wanted)
        assert name, wanted
        assert name[0].lower() in names
