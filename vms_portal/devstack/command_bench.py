"""bin/bench: measure the speed against baselines taken in the same run."""

import runpy
import subprocess
from collections.abc import Sequence

from . import application, provisioning
from .command_test import free_instance, set_up
from .instance import Instance
from .layout import PYTHON, ROOT
from .problem import SetupProblem
from .processes import die_with_parent
from .progress import Progress, say
from .supervisor import StopRequested, stop_on_signals

DATABASE = "vms_bench"
# Row security stays; of the tables, who makes what is measured may write every one, a
# contract in force without an agreement and an invoice without a close among them.
# Nobody else reaches this database.
MAY_MAKE = """
SET ROLE vms_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public
    TO vms_worker, vms_staff;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO vms_worker, vms_staff;
ALTER TABLE contracts_contract DISABLE TRIGGER billing_contract_begins_unagreed;
ALTER TABLE billing_invoice DISABLE TRIGGER billing_document_of_its_process;
"""


def _make_database(instance: Instance) -> str:
    """A new database with the schema and no rows, for the benchmarks alone."""
    values, passwords = instance.environment, instance.passwords
    url = values["DATABASE_URL"]
    provisioning.drop(url, DATABASE)
    provisioning.provision(url, passwords, DATABASE, tests=True)
    values |= provisioning.urls(url, passwords, DATABASE, tests=True)
    failed = "The migrations failed."
    application.manage(values, "owner", "migrate", "-v", "0", problem=failed)
    provisioning.psql(url, MAY_MAKE, within=DATABASE)
    return "made"


def _topics() -> list[str]:
    return list(runpy.run_path(str(ROOT / "benchmarks" / "topics.py"))["TOPICS"])


def main(arguments: Sequence[str]) -> int:
    # Asked before anything is set up: a mistyped topic costs no wait.
    topics = _topics()
    there = f"Topics: {', '.join(topics)}."
    if {"-h", "--help"} & set(arguments):
        say(f"usage: bin/bench [topic ...]\nWithout a topic it measures all. {there}")
        return 0
    if unknown := [name for name in arguments if name not in topics]:
        raise SetupProblem(f"No such topic: {', '.join(unknown)}. {there}")
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
