"""System packages: what is missing is installed as root, or named."""

import contextlib
import ctypes.util
import locale
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .postgres import find_binaries
from .problem import SetupProblem

NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/vms-portal.conf")
POLICY = Path("/usr/sbin/policy-rc.d")
BROWSERS = ("chromium", "google-chrome-stable", "google-chrome")


@dataclass(frozen=True)
class Requirement:
    """Something the machine must offer, judged by its effect, not its package.

    ``advice`` says how to mend what no package brings.
    """

    what: str
    packages: tuple[str, ...]
    present: Callable[[], bool]
    advice: str = ""

    @property
    def remedy(self) -> str:
        return self.advice or f"apt-get install {' '.join(self.packages)}"


def _program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def _library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _can_make_environments() -> bool:
    code = "import ensurepip, venv"
    probe = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True)
    return probe.returncode == 0


def _has_fonts() -> bool:
    return any(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"))


def _speaks_utf8() -> bool:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return False
    locale.setlocale(locale.LC_CTYPE, before)
    return True


def _has_devices() -> bool:
    return all(Path(f"/dev/{name}").is_char_device() for name in ("null", "urandom"))


def _shares_memory() -> bool:
    """For every account: as root, PostgreSQL runs under another one."""
    place = Path("/dev/shm")  # noqa: S108
    return place.is_dir() and place.stat().st_mode & 0o003 == 0o003


def find_chromium() -> str | None:
    """The browser of the tests: the one that VMS_CHROMIUM names, else an installed."""
    named = os.environ.get("VMS_CHROMIUM")
    names = (named,) if named else BROWSERS
    return next(filter(None, map(shutil.which, names)), None)


def _chromium() -> Requirement:
    """Ubuntu has it as a snap only, which no package brings."""
    packages: tuple[str, ...] = ("chromium",)
    advice = ""
    if os.environ.get("VMS_CHROMIUM"):
        packages, advice = (), "VMS_CHROMIUM names no program"
    elif system().startswith("Ubuntu"):
        packages, advice = (), "install Google Chrome, or name one in VMS_CHROMIUM"
    return Requirement(
        "Chromium", packages, lambda: find_chromium() is not None, advice
    )


def system() -> str:
    """Return the system and its release: Debian 12."""
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        return platform.system()
    return f"{told['ID'].capitalize()} {told.get('VERSION_ID', '')}".strip()


FOR_RUN = (
    # What a container or a change of root directory may have left out.
    Requirement(
        "/proc", (), Path("/proc/self/cmdline").exists, "mount -t proc proc /proc"
    ),
    Requirement("/dev", (), _has_devices, "mount --rbind the machine's own /dev"),
    Requirement("shared memory", (), _shares_memory, "mount -t tmpfs tmpfs /dev/shm"),
    Requirement("the locale C.UTF-8", ("libc-bin",), _speaks_utf8),
    Requirement(
        "time zones", ("tzdata",), Path("/usr/share/zoneinfo/Europe/Brussels").exists
    ),
    Requirement("Python's venv module", ("python3-venv",), _can_make_environments),
    Requirement(
        "PostgreSQL 15 or later", ("postgresql",), lambda: find_binaries() is not None
    ),
    Requirement("Redis", ("redis-server",), _program("redis-server")),
    Requirement("Pango", ("libpango-1.0-0",), _library("pango-1.0")),
    Requirement("PangoFT2", ("libpangoft2-1.0-0",), _library("pangoft2-1.0")),
    Requirement(
        "HarfBuzz subsetting", ("libharfbuzz-subset0",), _library("harfbuzz-subset")
    ),
    Requirement("fonts", ("fontconfig", "fonts-dejavu-core"), _has_fonts),
)
FOR_TEST = (
    *FOR_RUN,
    _chromium(),
    Requirement("PgBouncer", ("pgbouncer",), lambda: find_pgbouncer() is not None),
    Requirement("pdftotext", ("poppler-utils",), _program("pdftotext")),
    Requirement("gettext", ("gettext",), _program("msgfmt")),
)


def find_pgbouncer() -> str | None:
    return shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")


def missing(requirements: tuple[Requirement, ...]) -> list[Requirement]:
    return [wanted for wanted in requirements if not wanted.present()]


def without_private_servers(
    requirements: tuple[Requirement, ...],
) -> tuple[Requirement, ...]:
    """Leave out the servers that DATABASE_URL and REDIS_URL stand for."""
    spared = {"Redis"} if os.environ.get("REDIS_URL") else set()
    return tuple(wanted for wanted in requirements if wanted.what not in spared)


def ensure(requirements: tuple[Requirement, ...]) -> str:
    """Install what is missing; say what was done."""
    lacking = missing(without_private_servers(requirements))
    if not lacking:
        return "nothing missing"
    if by_hand := [wanted for wanted in lacking if not wanted.packages]:
        raise SetupProblem(
            "Missing, and no package brings it:\n\n"
            + "\n".join(f"    {wanted.what}: {wanted.advice}" for wanted in by_hand)
        )
    names = [name for wanted in lacking for name in wanted.packages]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupProblem(
            f"Missing: {', '.join(wanted.what for wanted in lacking)}. "
            f"Install with:\n\n    sudo apt-get install {' '.join(names)}"
        )
    _install(names)
    if still := missing(tuple(lacking)):
        raise SetupProblem(
            f"apt installed {', '.join(names)}, yet this is still missing: "
            f"{', '.join(wanted.what for wanted in still)}."
        )
    return f"installed {', '.join(names)}"


def _install(names: list[str]) -> None:
    environment = os.environ | {
        "DEBIAN_FRONTEND": "noninteractive",
        "UCF_FORCE_CONFFOLD": "1",
    }
    with _services_stay_off():
        for arguments in (
            ["update", "-qq"],
            ["install", "-qq", "-y", "--no-install-recommends", *names],
        ):
            done = subprocess.run(
                ["apt-get", *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise SetupProblem(
                    f"apt-get {arguments[0]} failed:\n\n{done.stderr.strip()[-2000:]}"
                )


@contextlib.contextmanager
def _services_stay_off() -> Iterator[None]:
    """apt starts the servers it installs, on the usual ports: prevent that."""
    with contextlib.ExitStack() as undo:
        if not NO_CLUSTER.exists():
            NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
            NO_CLUSTER.write_text("create_main_cluster = false\n")
            undo.callback(NO_CLUSTER.unlink, missing_ok=True)
        if not POLICY.exists():
            POLICY.write_text("#!/bin/sh\nexit 101\n")
            POLICY.chmod(0o755)
            undo.callback(POLICY.unlink, missing_ok=True)
        yield
