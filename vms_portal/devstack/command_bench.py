"""bin/bench: measure the speed against baselines taken in the same run."""

import subprocess
from collections.abc import Sequence

from . import application, provisioning
from .command_test import free_instance, set_up
from .instance import Instance
from .layout import PYTHON, ROOT
from .processes import die_with_parent
from .progress import Progress, say
from .supervisor import StopRequested, stop_on_signals

DATABASE = "vms_bench"


def _make_database(instance: Instance) -> str:
    """A new database with the schema and no rows, for the benchmarks alone."""
    values, passwords = instance.environment, instance.passwords
    url = values["DATABASE_URL"]
    provisioning.drop(url, DATABASE)
    provisioning.provision(url, passwords, DATABASE, tests=True)
    values |= provisioning.urls(url, passwords, DATABASE, tests=True)
    failed = "The migrations failed."
    application.manage(values, "owner", "migrate", "-v", "0", problem=failed)
    return "made"


def main(arguments: Sequence[str]) -> int:
    instance = free_instance()
    try:
        with stop_on_signals():
            progress = Progress("VMS portal: benchmarks")
            set_up(instance, progress)
            with progress.step("benchmark database") as step:
                step.note = _make_database(instance)
            return subprocess.run(
                [str(PYTHON), "-m", "benchmarks", *arguments],
                cwd=ROOT,
                env=application.environment(instance.environment),
                preexec_fn=die_with_parent(15),
            ).returncode
    except StopRequested:
        say("\nStopping.")
        return 130
    finally:
        instance.stop()
