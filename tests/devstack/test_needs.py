"""Each program of bin/run knows its own secrets and nobody else's."""

import pytest

from vms_portal.devstack import application
from vms_portal.devstack.instance import KEYS
from vms_portal.devstack.needs import NEEDS, environment_of, ordinary

SECRETS = {
    *KEYS,
    *(name for names in NEEDS.values() for name in names),
    "REDIS_URL",
    "DATABASE_URL",
    "DATABASE_URL_BACKUP",
    "DATABASE_URL_NETWORK",
    "DATABASE_URL_TEST",
    "REDIS_URL_NETWORK",
    "VMS_PASSWORD_OWNER",
    "VMS_ADMIN_PASSWORD",
    "PGPASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
}


@pytest.fixture(autouse=True)
def planted(monkeypatch) -> dict[str, str]:
    """Everything there could be, in the shell and among what was made."""
    for name in SECRETS:
        monkeypatch.setenv(name, f"secret of {name}")
    return {name: f"secret of {name}" for name in SECRETS}


@pytest.mark.parametrize("program", NEEDS)
def test_a_program_knows_its_own_secrets_only(program, planted):
    found = environment_of(program, planted)
    assert SECRETS & found.keys() == set(NEEDS[program])


def test_what_is_handed_on_whole_would_be_noticed(planted):
    """The control."""
    assert application.environment(planted).keys() >= SECRETS


def test_the_servers_know_none():
    assert "PATH" in ordinary()
    assert not SECRETS & ordinary().keys()


def test_settings_that_are_no_secrets_arrive(monkeypatch, planted):
    monkeypatch.setenv("VMS_OPERATOR", "/etc/operator.toml")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    found = environment_of(
        "worker", {**planted, "VMS_VAR": "/var"}, VMS_WEB_WORKERS="1"
    )
    expected = {
        "VMS_OPERATOR": "/etc/operator.toml",
        "LC_ALL": "C.UTF-8",
        "VMS_VAR": "/var",
        "VMS_WEB_WORKERS": "1",
        "VMS_PROCESS": "worker",
    }
    assert expected.items() <= found.items()


def test_a_redis_that_was_given_serves_everybody(monkeypatch):
    for name in SECRETS - {"REDIS_URL"}:
        monkeypatch.delenv(name)
    for program in ("portal", "backoffice", "worker", "routing", "beat"):
        found = environment_of(program, {"REDIS_URL": "redis://there"})
        assert "redis://there" in found.values(), program
