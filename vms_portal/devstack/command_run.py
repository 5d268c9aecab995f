"""bin/run: everything from an empty checkout to an address to open."""

import argparse
import os
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial

from . import application, environment, packages, provisioning
from .instance import DATABASE, Instance
from .layout import PYTHON, ROOT, make_var, require_disk_space
from .needs import environment_of
from .ports import LOOPBACK, web_ports
from .problem import SetupProblem
from .processes import Child
from .progress import Progress, say
from .redis import answers
from .supervisor import StopRequested, Supervisor, stop_on_signals


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/run", description=__doc__)
    parser.parse_args(arguments)
    ports = dict(zip(("portal", "backoffice"), web_ports().values(), strict=True))
    instance, supervisor = Instance("run", tests=False), Supervisor()
    try:
        with stop_on_signals():
            _set_up(instance, supervisor, ports)
            url = instance.environment["REDIS_URL"]
            supervisor.held_up = lambda: not answers(url)
            supervisor.watch(instance.check_alive)
    except StopRequested:
        say("\nStopping.")
    finally:
        supervisor.stop()
        instance.stop()
    return 0


def _set_up(
    instance: Instance, supervisor: Supervisor, ports: Mapping[str, int]
) -> None:
    progress = Progress("VMS portal")
    make_var()
    require_disk_space()
    if not instance.lock():
        raise SetupProblem(
            f"The portal of this checkout already runs (process {instance.holder()})."
        )
    with progress.step("system packages") as step:
        step.note = packages.ensure(packages.FOR_RUN)
    with progress.step("Python environment") as step:
        step.note = environment.ensure()
    instance.start_servers(progress)
    instance.environment["VMS_DEMO"] = "1"
    for process, port in ports.items():
        instance.environment[f"VMS_{process.upper()}_URL"] = f"http://localhost:{port}"
    _fill(instance, progress)
    with progress.step("portal, back office") as step:
        _start_processes(instance, supervisor, ports)
        step.note = "with workers and beat; logs in var/log"
    say(f"\nReady in {progress.elapsed:.0f} s. Open http://localhost:{ports['portal']}")
    say(f"  The operator's back office: http://localhost:{ports['backoffice']}")
    say("Ctrl+C stops everything.")


def _start_processes(
    instance: Instance, supervisor: Supervisor, ports: Mapping[str, int]
) -> None:
    for process, port in ports.items():
        supervisor.start(web(instance, process, port))
    queues = "backoffice,beat,celery,documents,portal"
    supervisor.start(worker(instance, "worker", queues, 2))
    supervisor.start(worker(instance, "routing", "routing", 1))
    _wait_for_all(supervisor, ports)
    for port in ports.values():
        require_page(port)
    supervisor.start(beat(instance))


def _wait_for_all(supervisor: Supervisor, ports: Mapping[str, int]) -> None:
    for child in supervisor.children:
        if port := ports.get(child.name):
            child.wait_until(partial(is_ready, child, port), 60)
        else:
            child.wait_until(partial(child.logged, " ready."), 60)


def _fill(instance: Instance, progress: Progress) -> None:
    values, stamps = instance.environment, instance.var / "stamps"
    _drop_half_loaded_demo(instance)
    with progress.step("database schema") as step:
        identity = provisioning.database_identity(values["DATABASE_URL"], DATABASE)
        step.note = application.migrate(values, stamps, identity)
    with progress.step("static files") as step:
        step.note = application.collect_static(values, stamps)
    with progress.step("demo data") as step:
        if provisioning.has_customers(values["DATABASE_URL_STAFF"]):
            step.note = "kept"
        elif not (ROOT / "demo/management/commands/load_demo.py").exists():
            step.note = "none yet"
        else:
            url = values["DATABASE_URL"]
            provisioning.note_demo_state(url, DATABASE, "demo loading")
            problem = "The demo could not be loaded."
            # Each by the process whose role may do it.
            for process, command in (
                ("backoffice", "load_demo_people"),
                ("portal", "load_demo_invitation"),
                ("worker", "load_demo"),
            ):
                application.manage(values, process, command, problem=problem)
            provisioning.note_demo_state(url, DATABASE, "demo loaded")
            step.note = "loaded"


def _drop_half_loaded_demo(instance: Instance) -> None:
    """A load that was interrupted starts over; only ever our own private database."""
    url = instance.environment["DATABASE_URL"]
    if os.environ.get("DATABASE_URL"):
        return
    if provisioning.demo_state(url, DATABASE) == "demo loading":
        provisioning.drop(url, DATABASE)
        provisioning.provision(url, instance.passwords, DATABASE, tests=False)


def is_ready(child: Child, port: int) -> bool:
    """It answers, and it is not somebody else who answers in its place."""
    return child.listens(port) and _is_healthy(port)


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthz", timeout=5):
            return True
    except OSError:
        return False


def require_page(port: int) -> None:
    """Refuse to be ready where a browser would see no page: health asks no host."""
    address = f"http://localhost:{port}/account/login/"
    # What reaches other machines through a proxy does not reach this one.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(address, timeout=60).close()
    except urllib.error.HTTPError as error:
        hint = " Does VMS_HOSTS name localhost?" if error.code == 400 else ""
        raise SetupProblem(f"{address} answers {error.code}.{hint}") from error
    except OSError as error:
        raise SetupProblem(f"{address} does not answer: {error}.") from error


def web(instance: Instance, process: str, port: int) -> Child:
    return Child(
        name=process,
        command=[
            *[str(PYTHON), "-m", "gunicorn", "vms_portal.wsgi"],
            *["--bind", f"{LOOPBACK}:{port}", "--backlog", "128"],
            *["--worker-class", "vms_portal.kernel.web.serving.Worker"],
            *["--workers", "2", "--threads", "4", "--graceful-timeout", "5"],
            # Imports the application once, not once a worker.
            "--preload",
            # No header of a request names the path it is judged by.
            *["--forwarder-headers", "", "--forwarded-allow-ips", ""],
            # All of one account would share it, in its home.
            "--no-control-socket",
        ],
        log=instance.logs / f"{process}.log",
        environment=environment_of(
            process,
            instance.environment,
            PROMETHEUS_MULTIPROC_DIR=_figures(instance, process),
        ),
        directory=ROOT,
    )


def _figures(instance: Instance, process: str) -> str:
    """Where the workers of one process add up their figures, empty at each start."""
    directory = instance.var / "run" / f"metrics-{process}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return str(directory)


def worker(instance: Instance, name: str, queues: str, concurrency: int) -> Child:
    child = _celery(
        instance,
        name,
        "worker",
        *["--hostname", f"{name}@%h", "--queues", queues],
        *["--concurrency", str(concurrency), "--without-gossip", "--without-mingle"],
        # Nobody reads its heartbeats; told to stop while one is due, it would wait
        # for a queue that is gone for ever.
        "--without-heartbeat",
    )
    # Asked kindly, it waits for its tasks, which wait for a database and a queue
    # that died with us; one of them once wrote to a pipe that nobody read any more.
    child.orphan_signal = signal.SIGQUIT
    return child


def beat(instance: Instance) -> Child:
    schedule = str(instance.var / "run" / "beat-schedule")
    return _celery(instance, "beat", "beat", "--schedule", schedule, "--pidfile=")


def _celery(instance: Instance, name: str, command: str, *options: str) -> Child:
    return Child(
        name=name,
        command=[
            *[str(PYTHON), "-m", "celery", "-A", "vms_portal", command],
            *["--loglevel", "INFO", *options],
        ],
        log=instance.logs / f"{name}.log",
        environment=environment_of(name, instance.environment),
        directory=ROOT,
        patience=15,
    )
