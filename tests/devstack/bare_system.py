"""A system with nothing in it, below a directory, to run the checkout in.

Where packages come from is asked of this machine's apt and pip; what runs inside
has its own processes and mounts, which end with it.
"""

import ast
import hashlib
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from vms_portal.devstack.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[2]
SCHEMES = ("http", "https")
CHECKOUT = "/srv/portal"
CERTIFICATES = "/etc/ssl/machine.crt"


@dataclass(frozen=True)
class System:
    """A supported system. ``uri`` empty: from the mirrors that this machine uses."""

    name: str
    suite: str
    components: str = "main"
    uri: str = ""
    # The package of its keys and the SHA-256 of it.
    keys: tuple[str, str] | None = None
    # Of debootstrap, where it does not know the suite by its name.
    script: tuple[str, ...] = ()

    def sources(self) -> list[str]:
        """The lines of its sources.list, that of the base system first."""
        if self.uri:
            suites = (self.suite, f"{self.suite}-updates", f"{self.suite}-security")
            return [f"deb {self.uri} {suite} {self.components}" for suite in suites]
        own = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
        lines = (line.replace(f" {own}", f" {self.suite}") for line in _sources(own))
        return sorted(lines, key=lambda line: f" {self.suite} " not in line)


DEBIAN_12 = System("Debian 12", "bookworm")
DEBIAN_13 = System("Debian 13", "trixie")
UBUNTU = System(
    "Ubuntu 24.04",
    "noble",
    "main universe",
    "http://archive.ubuntu.com/ubuntu",
    (
        "http://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/"
        "ubuntu-keyring_2023.11.28.1_all.deb",
        "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8",
    ),
    ("/usr/share/debootstrap/scripts/gutsy",),
)


def why_not(system: System) -> str:
    """What this machine lacks for it; empty when it can be made."""
    if os.geteuid() != 0:
        return "only root may change the root directory"
    for program in ("debootstrap", "unshare", "apt-get", "git"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    probe = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"])
    if probe.returncode:
        return "mounts of its own are not allowed here"
    if not system.sources():
        return "apt of this machine names no mirror of Debian"
    return ""


def make(system: System, directory: Path) -> None:
    """Install the base system and copy what is in version control, changes included."""
    proxy = _asked("apt-config", "shell", "p", "Acquire::http::Proxy")
    mirror = system.sources()[0].split()[1]
    with _keyring(system) as keyring:
        options = ["--variant=minbase", *(f"--keyring={path}" for path in keyring)]
        subprocess.run(
            ["debootstrap", *options, system.suite, directory, mirror, *system.script],
            check=True,
            env=os.environ
            | ({"http_proxy": shlex.split(proxy)[0][2:]} if proxy else {}),
            stdout=subprocess.DEVNULL,
        )
    prepare(system, directory)


def prepare(system: System, directory: Path) -> None:
    """Let apt and pip in there ask whom they ask here; bring the checkout."""
    apt = directory / "etc" / "apt"
    (apt / "sources.list").write_text("\n".join(system.sources()) + "\n")
    machine = [_asked("apt-config", "dump", f"Acquire::{kind}") for kind in SCHEMES]
    (apt / "apt.conf.d" / "90machine").write_text("".join(machine))
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(name, directory / name[1:])
    bundle = os.environ.get("PIP_CERT", "/etc/ssl/certs/ca-certificates.crt")
    if Path(bundle).exists():
        (directory / CERTIFICATES[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(bundle, directory / CERTIFICATES[1:])
    _copy_checkout(directory / CHECKOUT[1:])


@contextmanager
def _keyring(system: System) -> Iterator[list[Path]]:
    """The keys that debootstrap has no file of, from a package with a known hash."""
    if not system.keys:
        yield []
        return
    place, digest = system.keys
    with tempfile.TemporaryDirectory() as folder, urlopen(place, timeout=60) as answer:
        package = Path(folder) / "keys.deb"
        package.write_bytes(answer.read())
        found = hashlib.sha256(package.read_bytes()).hexdigest()
        if found != digest:
            raise OSError(f"{place} has the SHA-256 {found}.")
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        yield [next(Path(folder).rglob("*-archive-keyring.gpg"))]


def run(directory: Path, script: str, seconds: int, **more: str) -> str:
    """Run a script of the shell in the checkout; its output and its status."""
    mounts = [
        f"mount -t proc proc {directory}/proc",
        f"mount --rbind /dev {directory}/dev",
        f"mount -t tmpfs -o mode=1777 tmpfs {directory}/dev/shm",
    ]
    for place in _local_packages():
        inside = directory / place[1:]
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.mkdir(exist_ok=True) if Path(place).is_dir() else inside.touch()
        mounts.append(f"mount --bind -o ro {place} {inside}")
    variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    variables |= _pip() | more
    environment = " ".join(f"{k}={shlex.quote(v)}" for k, v in variables.items())
    # A line of its own: "&&" would take the change of directory into the background.
    inner = shlex.quote(f"cd {CHECKOUT} || exit\n{script}")
    outer = " && ".join(
        [*mounts, f"chroot {directory} env -i {environment} sh -c {inner}"]
    )
    done = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", outer],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=seconds,
        # With us ends the first process in there, and with that all others.
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    return f"{done.stdout}\nended with {done.returncode}"


def _asked(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _sources(suite: str) -> list[str]:
    """The lines of sources.list that this machine uses for its own release."""
    wanted = "deb $(REPO_URI) $(RELEASE) $(COMPONENT)"
    lines = _asked(
        "apt-get", "indextargets", "--format", wanted, "Created-By: Packages"
    )
    ours = {line for line in lines.splitlines() if f" {suite}" in line}
    return sorted(ours)


def _pip() -> dict[str, str]:
    """pip's configuration here, from files and variables alike, as variables."""
    listed = _asked(sys.executable, "-m", "pip", "config", "list").splitlines()
    found = {}
    # Variables last: they win over files.
    for line in sorted(listed, key=lambda line: line.startswith(":env:")):
        key, _, value = line.partition("=")
        name = key.rsplit(".", 1)[-1].upper().replace("-", "_")
        found[f"PIP_{name}"] = str(ast.literal_eval(value))
    return found | {"PIP_CERT": CERTIFICATES}


def _local_packages() -> set[str]:
    """Files and directories of this machine that pip reads."""
    words = " ".join(v for k, v in _pip().items() if k != "PIP_CERT").split()
    places = (urlsplit(word).path for word in words if word.startswith(("/", "file:")))
    # The links of an index lead to files beside it.
    found = {str(p.parent) if p.name == "simple" else str(p) for p in map(Path, places)}
    return {place for place in found if Path(place).exists()}


def _copy_checkout(target: Path) -> None:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in done.stdout.split("\0"):
        source = ROOT / name
        if name and source.is_file() and not source.is_symlink():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
