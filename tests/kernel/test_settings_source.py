"""Where a process takes its settings from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

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
