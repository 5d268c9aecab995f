"""bin/bench: measure the speed against baselines taken in the same run."""

import subprocess
from collections.abc import Sequence

from . import application
from .command_test import free_instance, set_up
from .layout import PYTHON, ROOT
from .processes import die_with_parent
from .progress import Progress, say
from .supervisor import StopRequested, stop_on_signals


def main(arguments: Sequence[str]) -> int:
    instance = free_instance()
    try:
        with stop_on_signals():
            set_up(instance, Progress("VMS portal: benchmarks"))
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
