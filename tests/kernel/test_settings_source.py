"""Where a process takes its settings from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from vms_portal import environment
from vms_portal.kernel.mail import server

ASK = "import vms_portal.settings as s; print(s.LANGUAGE_CODE, s.DEBUG)"


def ask(checkout: Path, **more: str) -> str:
    """What the settings of a checkout say, with nothing but the given variables."""
    values = {"PATH": os.environ["PATH"], "PYTHONPATH": str(checkout), **more}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=checkout,
        env=values,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_words_may_be_written_with_spaces(monkeypatch):
    monkeypatch.setenv("VMS_METRICS_NETWORKS", "127.0.0.0/8, 10.0.0.0/8,")
    found = environment.words("VMS_METRICS_NETWORKS")
    assert found == ["127.0.0.0/8", "10.0.0.0/8"]


SHOWN = "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize("process", ["portal", "backoffice", "worker"])
@pytest.mark.parametrize("backend", server.NOWHERE)
def test_no_process_starts_whose_mails_nobody_gets(settings, process, backend):
    settings.PROCESS, settings.EMAIL_BACKEND = process, backend
    with pytest.raises(SystemExit, match="name the mail server in VMS_EMAIL_HOST"):
        server.require_mail_server()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = server.SMTP, ""
    with pytest.raises(SystemExit, match="No mail server is named"):
        server.require_mail_server()


def test_no_process_starts_whose_way_to_send_mail_is_none(settings):
    settings.DEMO, settings.EMAIL_BACKEND = False, "django.core.mail.backends.smtp.Bee"
    with pytest.raises(SystemExit, match="VMS_EMAIL_BACKEND is .* cannot be loaded"):
        server.require_mail_server()


@pytest.mark.parametrize(
    "change",
    [
        {"EMAIL_BACKEND": server.SMTP, "EMAIL_HOST": "mail.example.be"},
        {"EMAIL_BACKEND": "tests.support.no_mail.EmailBackend"},
        {"EMAIL_BACKEND": SHOWN, "DEBUG": True},
        {"EMAIL_BACKEND": SHOWN, "DEMO": True},
        {"EMAIL_BACKEND": SHOWN, "PROCESS": "network"},
    ],
)
def test_the_demo_developers_and_who_has_a_server_start(settings, change):
    """The control."""
    settings.DEMO = False
    for name, value in change.items():
        setattr(settings, name, value)
    server.require_mail_server()


def plant(var: Path) -> None:
    (var / "secrets").mkdir(parents=True)
    (var / "secrets" / "environment").write_text("VMS_LANGUAGE=de\nVMS_DEBUG=1\n")


def test_a_volume_that_processes_share_sets_nothing_up(tmp_path):
    """Else the portal could write the settings of the back office's next start."""
    plant(tmp_path)
    assert ask(Path(settings.BASE_DIR), VMS_VAR=str(tmp_path)) == "en False"


def test_a_command_beside_bin_run_finds_its_settings(tmp_path):
    package = "vms_portal"
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(
        Path(settings.BASE_DIR, package), tmp_path / package, ignore=unwanted
    )
    plant(tmp_path / "var")
    assert ask(tmp_path) == "de True"
