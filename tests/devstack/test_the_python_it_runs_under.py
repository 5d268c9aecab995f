"""The set-up runs under the system's Python, whichever comes first on the path."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import ROOT
from vms_portal.devstack import environment


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
