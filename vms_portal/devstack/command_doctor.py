"""bin/doctor: name what is missing on this machine, and how to mend it."""

import os
import shutil
import sys

from . import environment, packages
from .instance import Instance
from .layout import ROOT, VENV, reachable_by_others, server_home
from .ports import WEB_PORTS, chosen_port, is_free
from .problem import SetupProblem
from .progress import say

# Where both commands, all tests included, ran on a system with nothing installed.
PROVED = ("Debian 12", "Debian 13", "Ubuntu 24.04")


def main(arguments: list[str]) -> int:
    if arguments:
        raise SetupProblem("bin/doctor takes no arguments.")
    findings = [*_packages(), _environment(), _disk(), *_ports()]
    for good, what, advice in findings:
        say(
            f"  {'ok     ' if good else 'MISSING'} {what}"
            + (f": {advice}" * (not good))
        )
    if not reachable_by_others(ROOT) and os.geteuid() == 0:
        say(
            f"  note    the database's data is in {server_home('run')}, because its "
            f"account may not enter {ROOT}"
        )
    if (here := packages.system()) not in PROVED:
        say(f"  note    this is {here}; proved on {', '.join(PROVED)}")
    bad = sum(not good for good, _, _ in findings)
    say("Everything is there." if not bad else f"{bad} to fix.")
    return 1 if bad else 0


Finding = tuple[bool, str, str]


def _packages() -> list[Finding]:
    lacking = packages.missing(packages.FOR_TEST)
    return [
        (wanted not in lacking, wanted.what, wanted.remedy)
        for wanted in packages.FOR_TEST
    ]


def _environment() -> Finding:
    python = ".".join(map(str, sys.version_info[:3]))
    advice = "bin/run or bin/test makes it"
    what = f"{VENV.name} with Python {python} of {sys.executable}"
    return (environment.is_current(), what, advice)


def _disk() -> Finding:
    free = shutil.disk_usage(ROOT).free
    return (free > 2e9, f"{free / 1e9:.1f} GB free on the disk", "2 GB are needed")


def _ports() -> list[Finding]:
    instance = Instance("run", tests=False)
    if not instance.lock():
        return [(True, f"bin/run is running (process {instance.holder()})", "")]
    instance.stop()
    return [_port(variable) for variable in WEB_PORTS]


def _port(variable: str) -> Finding:
    try:
        port = chosen_port(variable)
    except SetupProblem as problem:
        return (False, variable, str(problem))
    return (is_free(port), f"port {port} is free", f"choose another with {variable}")
