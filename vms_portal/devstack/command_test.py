"""bin/test: every check and test, or with paths only pytest on them.

Options of pytest may follow the paths: bin/test tests/numbers -k import -x
With --nightly the tests that take long or need rare tools, and only those.
With --changed [REVISION] every check, and the tests that can be touched by what
differs from the revision, else from the last commit shared with origin.
"""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence

from . import application, changes, environment, lint, packages, provisioning
from .instance import Instance
from .layout import PYTHON, ROOT, VAR, make_var, require_disk_space
from .problem import SetupProblem
from .processes import die_with_parent
from .progress import Progress, say
from .supervisor import StopRequested, stop_on_signals

SLOTS = 8
NIGHTLY = "--nightly"
CHANGED = "--changed"


def main(arguments: list[str]) -> int:
    # Asked before anything is set up: a mistyped revision costs no wait.
    touched = _touched(arguments) if CHANGED in arguments else None
    instance = free_instance()
    try:
        with stop_on_signals():
            progress = Progress("VMS portal: tests")
            set_up(instance, progress)
            if NIGHTLY in arguments:
                return _nightly(instance, [a for a in arguments if a != NIGHTLY])
            if arguments and touched is None:
                return _part(instance, arguments)
            return _checked(instance, progress, touched)
    except StopRequested:
        say("\nStopping.")
        return 130
    finally:
        instance.stop()


def free_instance() -> Instance:
    """The first set of test servers nobody uses: two runs may go side by side."""
    for slot in range(SLOTS):
        instance = Instance(f"test-{slot}", tests=True)
        if instance.lock():
            return instance
    raise SetupProblem(f"{SLOTS} test runs are under way in this checkout already.")


def set_up(instance: Instance, progress: Progress) -> None:
    make_var("screenshots")
    require_disk_space()
    with progress.step("system packages") as step:
        step.note = packages.ensure(packages.FOR_TEST)
    with progress.step("Python environment") as step:
        step.note = environment.ensure()
    instance.start_servers(progress)
    provisioning.drop_old_test_databases(instance.environment["DATABASE_URL"])
    instance.environment |= {
        "VMS_DEMO": "0",
        "VMS_SCREENSHOTS": str(VAR / "screenshots"),
        "VMS_STATIC_ROOT": str(instance.var / "staticfiles"),
    }
    with progress.step("static files") as step:
        stamps = instance.var / "stamps"
        step.note = application.collect_static(instance.environment, stamps)


def _part(instance: Instance, arguments: Sequence[str]) -> int:
    workers = os.environ.get("VMS_TEST_WORKERS", "0")
    return _pytest(instance.environment, ["-n", workers, *arguments])


def _nightly(instance: Instance, arguments: Sequence[str]) -> int:
    """One after the other; ends with what was skipped, each with its reason."""
    chosen = ["-m", "nightly", "-rs", "--durations", "15", *arguments]
    code = _pytest(instance.environment, ["-n", "0", *chosen])
    say(
        f"\nnightly: {'passed' if code == 0 else 'FAILED'}; skipped is what stands "
        "above as SKIPPED, with its reason"
    )
    return code


def _touched(arguments: Sequence[str]) -> list[str]:
    rest = [argument for argument in arguments if argument != CHANGED]
    if len(rest) > 1:
        raise SetupProblem("bin/test --changed takes one revision and nothing else")
    changed = changes.changed_files(rest[0] if rest else "")
    touched = changes.touched_by(changed)
    say(f"{len(changed)} files differ; of the tests: {' '.join(touched) or 'none'}")
    return touched


def _checked(
    instance: Instance, progress: Progress, touched: Sequence[str] | None
) -> int:
    """All checks, then the ``touched`` tests; None: all, and what no test did."""
    verdicts = lint.run_all(instance.environment)
    began = time.monotonic()
    workers = os.environ.get("VMS_TEST_WORKERS", "2")
    chosen = ["--every-act"] if touched is None else touched
    options = ["--dist", "loadgroup", "--durations", "15"]
    options.append(f"--ignore={lint.ENGINE_TESTS}")
    code = 0
    if chosen:
        code = _pytest(instance.environment, ["-n", workers, *options, *chosen])
    failed = [v.check.name for v in verdicts if not v.passed]
    say(
        f"\nchecks: {len(verdicts) - len(failed)} passed, {len(failed)} failed"
        + (f" ({', '.join(failed)})" if failed else "")
    )
    say(
        f"tests: {'passed' if code == 0 else 'FAILED'} "
        f"in {time.monotonic() - began:.0f} s; everything in {progress.elapsed:.0f} s"
    )
    return 1 if failed or code else 0


def _pytest(values: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Its output goes straight to the terminal, its closing line included."""
    process = subprocess.Popen(
        [str(PYTHON), "-m", "pytest", *arguments],
        cwd=ROOT,
        env=application.environment(values),
        preexec_fn=die_with_parent(15),
    )
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
