"""The checks beside the tests, each with its verdict and its time.

The routing engine's own tests are one of them: they need no database, and run
alone they show how much of its branches they take.
"""

import os
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from shlex import quote

from .application import environment
from .layout import PYTHON, ROOT, VENV
from .progress import say

# Run here and not once more with all tests.
ENGINE_TESTS = "tests/routing/engine"
LEAST_COVERED = 95


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    check: Check
    passed: bool
    output: str
    seconds: float


def checks() -> list[Check]:
    tool = VENV / "bin"
    python = str(PYTHON)
    templates = sorted(
        str(p.relative_to(ROOT)) for p in ROOT.glob("templates/**/*.html")
    )
    listed = [
        Check("ruff check", (f"{tool}/ruff", "check", ".")),
        Check("ruff format", (f"{tool}/ruff", "format", "--check", ".")),
        Check("import order", (python, f"{tool}/lint-imports")),
        Check("migrations", (python, "manage.py", "makemigrations", "--check")),
        Check("types (mypy)", (python, "-m", "mypy", ".")),
        Check("routing engine", ("sh", "-c", _engine(f"{quote(python)} -m coverage"))),
    ]
    if templates:
        listed.insert(
            2, Check("templates (djade)", (f"{tool}/djade", "--check", *templates))
        )
    if (ROOT / "locale").is_dir():
        command = (python, "-I", "vms_portal/devstack/translations.py")
        listed.append(Check("translations", command))
    return listed


def _engine(coverage: str) -> str:
    """Its tests, then the share of lines and branches they took: 95 % at least."""
    data = "--data-file=var/engine.coverage"
    return (
        f"{coverage} run {data} --branch --source=routing/engine "
        f"-m pytest -q -n 0 {ENGINE_TESTS} && "
        f"{coverage} report {data} --fail-under={LEAST_COVERED}"
    )


def run_all(values: Mapping[str, str]) -> list[Verdict]:
    """Run all checks, two at a time, and print each as it ends, failures in full."""
    variables = environment(values, PYTHONPATH=str(ROOT))

    def judge(check: Check) -> Verdict:
        began = time.monotonic()
        done = subprocess.run(
            list(check.command),
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        seconds = time.monotonic() - began
        verdict = Verdict(check, done.returncode == 0, done.stdout.strip(), seconds)
        _print(verdict)
        return verdict

    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        return list(pool.map(judge, checks()))


def _print(verdict: Verdict) -> None:
    word = "passed" if verdict.passed else "FAILED"
    text = f"  {verdict.check.name:<22} {word:<44} {verdict.seconds:6.1f} s"
    say(text if verdict.passed else f"{text}\n\n{verdict.output}\n")
