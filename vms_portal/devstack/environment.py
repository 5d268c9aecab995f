"""The virtual environment ``.venv/``, kept equal to the hashed lock."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .layout import LOCK, PYTHON, ROOT, VENV
from .problem import SetupProblem
from .processes import run
from .stamps import Stamp, fingerprint

STAMP = Stamp(VENV / "lock.sha256")
TOOLS = {"pip", "setuptools", "wheel"}
LIST = """
import importlib.metadata as m, re
for d in m.distributions():
    print(re.sub(r"[-_.]+", "-", d.metadata["Name"]).lower())
"""


def ensure() -> str:
    """Make or update the environment; say what was done."""
    if VENV.is_symlink():
        return "a link, left as it is"
    if is_current():
        return "unchanged"
    fresh = not _works()
    if fresh:
        _create()
    _install()
    STAMP.write(_wanted())
    return "made from requirements.lock" if fresh else "updated to requirements.lock"


def is_current() -> bool:
    """A linked environment is somebody else's: any Python that fits will do."""
    if VENV.is_symlink():
        return interpreter() is not None
    return _works() and STAMP.matches(_wanted())


def interpreter() -> Path | None:
    """Where the environment's Python is installed; None when it does not run."""
    if not PYTHON.exists():
        return None
    code = "import sys, pip; print(sys.version_info >= (3, 11), sys.base_prefix)"
    probe = subprocess.run(
        [str(PYTHON), "-I", "-c", code], capture_output=True, text=True
    )
    fits, _, place = probe.stdout.strip().partition(" ")
    return Path(place) if fits == "True" else None


def _wanted() -> str:
    return fingerprint([LOCK], ".".join(map(str, sys.version_info[:3])))


def _works() -> bool:
    """Does it run, with its own pip, under the Python that runs us?

    Another one, even of the same version, may carry other patches. (Else it is made
    again.)
    """
    return interpreter() == Path(sys.base_prefix)


def _create() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    run(
        [sys.executable, "-I", "-m", "venv", VENV],
        problem=f"Cannot make the virtual environment {VENV}.",
    )


def _install() -> None:
    pip = [PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "-q"]
    # The lock is complete. Resolving it again fails once a package that another
    # one asks for with an extra has a newer release than the pinned one.
    run(
        [*pip, "install", "--no-input", "--no-deps", "--require-hashes", "-r", LOCK],
        problem="pip could not install requirements.lock.",
        environment=os.environ | {"PIP_NO_PYTHON_VERSION_WARNING": "1"},
        directory=ROOT,
    )
    listed = run([PYTHON, "-I", "-c", LIST], problem="The environment is broken.")
    surplus = set(listed.split()) - _locked_names() - TOOLS
    if surplus:
        run(
            [*pip, "uninstall", "-y", *sorted(surplus)],
            problem="pip could not remove what the lock no longer names.",
        )


def _locked_names() -> set[str]:
    names = re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", LOCK.read_text())
    if not names:
        raise SetupProblem(f"{LOCK} names no package.")
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}
