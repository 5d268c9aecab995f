"""What is mistyped in the environment ends a process with a sentence, at its start."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
WRONG = {
    "VMS_PROCESS": "front",
    "VMS_DEMO": "maybe",
    "VMS_HTTPS": "enabled",
    "VMS_EMAIL_TLS": "starttls",
    "VMS_EMAIL_PORT": "smtp",
    "VMS_TRUSTED_PROXIES": "-1",
    "VMS_SWEEP_SECONDS": "0",
    "VMS_API_RATE": "600",
    "VMS_METRICS_NETWORKS": "10.0.0.1/8",
    "VMS_MFA_KEY": "c2hvcnQ=",
    "VMS_LOG_LEVEL": "loud",
    "VMS_LANGUAGE": "xx",
    "VMS_OPERATOR": "/nowhere.toml",
    "DATABASE_URL_APP": "postgresql://vms_app:secret@localhost:port/vms",
}


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    values = {"PATH": os.environ["PATH"], "VMS_VAR": "/nowhere", **variables}
    code = (
        "import vms_portal.settings as s;"
        " print(s.IS_HTTPS, s.EMAIL_USE_TLS, s.EMAIL_PORT, s.LANGUAGE_CODE)"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", WRONG)
def test_a_mistyped_value_is_told_in_a_sentence(name):
    done = start(**{name: WRONG[name]})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}: ")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


@pytest.mark.parametrize("yes", ["1", "true", "True", "YES", "on"])
def test_every_way_to_say_yes_is_one(yes):
    """One that was taken for no sent cookies and mails in the clear."""
    done = start(VMS_HTTPS=yes, VMS_EMAIL_TLS=yes, VMS_EMAIL_PORT="587")
    assert done.stdout.strip() == "True True 587 en"


@pytest.mark.parametrize("no", ["", "0", "false", "No", "off"])
def test_every_way_to_say_no_is_one(no):
    assert start(VMS_HTTPS=no, VMS_EMAIL_TLS=no).stdout.strip() == "False False 25 en"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('name = "A"', "lacks accessibility_url, bic, billing_email, city"),
        ("name = ", "cannot be read"),
        ("", "lacks"),
    ],
)
def test_an_operator_that_is_not_whole_is_told(tmp_path, written, told):
    file = tmp_path / "operator.toml"
    file.write_text(written)
    done = start(VMS_OPERATOR=str(file))
    assert (done.returncode, told in done.stderr) == (1, True)
    assert "Traceback" not in done.stderr


def test_a_name_nobody_reads_is_told(tmp_path):
    file, ours = tmp_path / "operator.toml", "vms_portal/operators/belvoix.toml"
    file.write_text('ibann = "BE0"\n' + (ROOT / ours).read_text())
    done = start(VMS_OPERATOR=str(file))
    assert "has what nobody reads: ibann." in done.stderr
