"""docker-compose.yml is valid, and hands out no more secrets than needed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.deploy.conftest import GIVEN
from vms_portal.devstack.needs import NEEDS

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
MANUAL = ROOT / "docs" / "operations.md"
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
        "portal",
        "backoffice",
        "worker",
        "routing",
        "beat",
        "provision",
        "migrate",
        "postgres",
        "pgbouncer",
        "redis",
        "nginx",
    }


def test_secrets_come_from_files_only():
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY", key):
                assert key.endswith("_FILE"), f"{name}: {key}"
                secret = value.removeprefix("/run/secrets/")
                assert secret in service["secrets"], f"{name}: {key}"


def test_secrets_and_certificates_lie_outside_of_the_checkout():
    text = FILE.read_text()
    for variable in ("VMS_SECRETS", "VMS_TLS"):
        places = set(re.findall(rf"\${{{variable}:-([^}}]+)}}", text))
        assert {Path(place).is_absolute() for place in places} == {True}


@pytest.mark.parametrize(
    ("service", "needed"),
    [
        (
            "portal",
            "app_password redis_password_portal secret_key_portal"
            " secret_key_portal_fallbacks reset_key_portal mfa_key email_password",
        ),
        (
            "backoffice",
            "staff_password redis_password_backoffice"
            " secret_key_backoffice secret_key_backoffice_fallbacks"
            " reset_key_backoffice mfa_key email_password",
        ),
        (
            "worker",
            "worker_password redis_password_worker reset_key_portal"
            " reset_key_backoffice email_password",
        ),
        ("routing", "worker_password redis_password_worker"),
        ("beat", "redis_password_beat"),
        ("migrate", "owner_password"),
    ],
)
def test_a_process_knows_what_it_needs_and_no_more(service, needed):
    assert set(SERVICES[service]["secrets"]) == set(needed.split())


def variable(secret: str) -> str:
    """The setting a secret of compose ends in; see deploy/entrypoint.sh."""
    if secret.startswith("redis_password_"):
        return f"REDIS_URL_{secret.removeprefix('redis_password_').upper()}"
    if secret.endswith("_fallbacks"):
        return secret.upper()
    if secret == "email_password":
        return "VMS_EMAIL_PASSWORD"
    if secret.endswith("_password"):
        return f"DATABASE_URL_{secret.removesuffix('_password').upper()}"
    return GIVEN[secret]


@pytest.mark.parametrize("program", [name for name in NEEDS if name != "static"])
def test_the_development_stack_hands_out_the_same(program):
    service = {"owner": "migrate"}.get(program, program)
    in_compose = {variable(secret) for secret in SERVICES[service]["secrets"]}
    # What only the demo has.
    more = {name for name in NEEDS[program] if "DEMO" in name}
    assert set(NEEDS[program]) - more == in_compose


def test_what_the_manual_tells_to_turn_reaches_the_processes():
    told = set(re.findall(r"`(VMS_\w+)`", MANUAL.read_text()))
    turned = {
        "VMS_API_RATE",
        "VMS_LOG_LEVEL",
        "VMS_METRICS_NETWORKS",
        "VMS_SWEEP_SECONDS",
        "VMS_WEB_WORKERS",
        "VMS_WORKERS",
    }
    assert turned <= told
    for name in ("portal", "backoffice", "worker", "routing"):
        assert turned <= set(SERVICES[name]["environment"]), name
    # Who queues the sweep and who works on it count the same seconds.
    beat = SERVICES["beat"]["environment"]
    assert beat["VMS_SWEEP_SECONDS"] == "${VMS_SWEEP_SECONDS:-30}"


def test_only_the_proxy_listens_outside():
    assert [name for name, s in SERVICES.items() if "ports" in s] == ["nginx"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_nothing_it_does_not_need(name):
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"]
    assert service["mem_limit"]
    assert "privileged" not in service
    for place in service.get("tmpfs", []):
        assert "size=" in place, place


def test_only_the_proxy_keeps_any_right_of_root():
    kept = {name: s["cap_add"] for name, s in SERVICES.items() if "cap_add" in s}
    assert kept == {"nginx": ["CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"]}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["user"] == "999:999"
    accounts = re.findall(r"useradd .*--uid (\d+)", (ROOT / "Dockerfile").read_text())
    assert accounts == ["999", "999"]


def test_mail_goes_out_encrypted_and_signed_in():
    for name in ("portal", "backoffice", "worker"):
        given = SERVICES[name]["environment"]
        assert given["VMS_EMAIL_TLS"] == "${VMS_EMAIL_TLS:-1}", name
        assert {"VMS_EMAIL_PORT", "VMS_EMAIL_USER", "VMS_EMAIL_PASSWORD_FILE"} <= {
            *given
        }, name


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


def manual() -> str:
    return (ROOT / "docs" / "operations.md").read_text()


# Written by the file itself, or of use to a development machine only.
NOT_GIVEN = {
    "VMS_PROCESS",
    "VMS_PORTAL_URL",
    "VMS_BACKOFFICE_URL",
    "VMS_TRUSTED_PROXIES",
    "VMS_HTTPS",
    "VMS_HOSTS",
    "VMS_VAR",
    "VMS_STATIC_ROOT",
    "VMS_EMAIL_BACKEND",
    "VMS_DEMO",
    "VMS_DEBUG",
    "VMS_PORT",
    "VMS_BACKOFFICE_PORT",
    "VMS_PYTHON",
}


def test_every_setting_of_the_manual_can_be_given():
    table = manual().split("## Settings")[1].split("## ")[0]
    names = set(
        re.findall(
            r"`(VMS_[A-Z_]+)`",
            "".join(
                line.split("|")[1]
                for line in table.splitlines()
                if line.startswith("| `")
            ),
        )
    )
    settings = {n for n in names if not re.search("KEY|PASSWORD", n)} - NOT_GIVEN
    assert "VMS_LOG_LEVEL" in settings
    given = set(re.findall(r"\$\{(VMS_[A-Z_]+)", FILE.read_text()))
    assert settings - given == set()


def test_nothing_names_the_operator_of_the_demo():
    """Whoever renders a document or writes a mail has the operator's own file."""
    for name, service in OURS.items():
        if "VMS_OPERATOR" not in service["environment"]:
            assert name in {"provision", "migrate", "beat"}
            continue
        (given,) = [v for v in service["volumes"] if v.startswith("${VMS_OPERATOR:?")]
        target = given.rpartition("}:")[2].removesuffix(":ro")
        assert service["environment"]["VMS_OPERATOR"] == target


def test_the_database_is_well_only_when_it_takes_connections():
    """While the image makes the database, its socket answers and its port does not."""
    command = SERVICES["postgres"]["healthcheck"]["test"]
    assert command[command.index("-h") + 1] == "127.0.0.1"


def test_what_looks_an_address_up_once_is_started_anew_with_it():
    for name in ("portal", "backoffice"):
        assert SERVICES["nginx"]["depends_on"][name]["restart"] is True


def test_no_web_process_lets_the_other_command_it():
    """Both have one home, and gunicorn would put a socket there that takes orders."""
    assert SERVICES["portal"]["volumes"][0] == SERVICES["backoffice"]["volumes"][0]
    assert "--no-control-socket" in (ROOT / "deploy" / "entrypoint.sh").read_text()


@pytest.mark.parametrize("name", ["redis.sh", "pgbouncer.sh", "entrypoint.sh"])
def test_a_script_is_run_by_any_account(name):
    assert (ROOT / "deploy" / name).stat().st_mode & 0o555 == 0o555
