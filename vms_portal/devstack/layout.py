"""Where everything lives: the checkout, ``var/``, and the servers' data."""

import hashlib
import os
import shutil
from pathlib import Path

from .problem import SetupProblem

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
OUTSIDE = Path("/var/lib/vms-portal")

FIRST_START_BYTES = 2_000_000_000
LATER_START_BYTES = 300_000_000


def reachable_by_others(path: Path) -> bool:
    """May an unprivileged account enter every directory down to ``path``?"""
    existing = next(p for p in [path, *path.parents] if p.exists())
    return all(p.stat().st_mode & 0o001 for p in [existing, *existing.parents])


def server_home(name: str) -> Path:
    """The directory for the private servers of one instance ("run", "test-0").

    As root the database runs under another account, which cannot enter a checkout
    below, say, /root: then its data lives outside of the checkout.
    """
    if os.geteuid() == 0 and not reachable_by_others(ROOT):
        digest = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
        return OUTSIDE / digest / name
    return VAR / name / "servers"


def require_disk_space() -> None:
    """Refuse to begin what a full disk would leave half done."""
    needed = LATER_START_BYTES if VENV.exists() else FIRST_START_BYTES
    for place in {ROOT, next(p for p in [OUTSIDE, *OUTSIDE.parents] if p.exists())}:
        free = shutil.disk_usage(place).free
        if free < needed:
            raise SetupProblem(
                f"Only {free / 1e6:,.0f} MB are free on the disk of {place}; "
                f"{needed / 1e6:,.0f} MB are needed. Make room and start again."
            )


def make_var(*names: str) -> None:
    """Create ``var/`` and directories below it, kept out of version control."""
    try:
        for name in names:
            (VAR / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupProblem(f"Cannot write to {VAR}: {error.strerror}.") from error
