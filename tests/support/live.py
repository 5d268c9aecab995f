"""Starts the web processes and a worker on a test database."""

import contextlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.support import no_mail
from tests.support.redis_databases import redis_url
from vms_portal.devstack.ports import LOOPBACK, free_port
from vms_portal.devstack.processes import Child

ROOT = Path(__file__).resolve().parents[2]
URL_NAMES = ("OWNER", "APP", "STAFF", "WORKER", "NETWORK")


@dataclass
class Live:
    portal: str
    backoffice: str
    environment: dict[str, str]
    worker: Child


def live_environment(database: str, **more: str) -> dict[str, str]:
    """The environment of real processes on the test database ``database``."""
    values = dict(os.environ)
    for name in URL_NAMES:
        key = f"DATABASE_URL_{name}"
        values[key] = urlunsplit(urlsplit(values[key])._replace(path=f"/{database}"))
    values["REDIS_URL"] = redis_url("live")
    # Whatever pytest-django chose for its own process is not for these.
    values.pop("VMS_PROCESS", None)
    values.setdefault("VMS_EMAIL_BACKEND", no_mail.BACKEND)
    if more.get("VMS_DEMO") == "1":
        # It has a mailbox of its own.
        del values["VMS_EMAIL_BACKEND"]
    return {**values, "PYTHONUNBUFFERED": "1", **more}


def gunicorn(process: str, port: int, values: dict[str, str], logs: Path) -> Child:
    command = [sys.executable, "-m", "gunicorn", "vms_portal.wsgi"]
    command += ["--bind", f"{LOOPBACK}:{port}", "--backlog", "128"]
    command += ["--worker-class", "vms_portal.kernel.web.serving.Worker"]
    command += ["--threads", "4", "--graceful-timeout", "2", "--no-control-socket"]
    log = logs / f"{process}.log"
    values = {**values, "VMS_PROCESS": process}
    return Child(process, command, log, environment=values, directory=ROOT)


def celery(values: dict[str, str], logs: Path, *options: str) -> Child:
    command = [sys.executable, "-m", "celery", "-A", "vms_portal", "worker"]
    command += ["--loglevel", "INFO", "--concurrency", "1"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat", *options]
    values = {**values, "VMS_PROCESS": "worker"}
    log = logs / "worker.log"
    return Child("worker", command, log, environment=values, directory=ROOT)


def collect_static(values: dict[str, str], directory: Path) -> None:
    """Collect into ``directory`` what the processes serve; bin/test has done so."""
    values["VMS_STATIC_ROOT"] = str(directory)
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(command, check=True, env=values, cwd=ROOT)


def is_healthy(port: int) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthz", timeout=5).close()
        return True
    return False


@contextlib.contextmanager
def start_live(database: str, logs: Path) -> Iterator[Live]:
    """Portal, back office and worker; passkeys need the name localhost."""
    ports = {"portal": free_port(), "backoffice": free_port()}
    addresses = {name: f"http://localhost:{port}" for name, port in ports.items()}
    values = live_environment(
        database,
        VMS_DEMO="1",
        VMS_PORTAL_URL=addresses["portal"],
        VMS_BACKOFFICE_URL=addresses["backoffice"],
    )
    if "VMS_STATIC_ROOT" not in values:
        collect_static(values, logs / "static")
    children = [gunicorn(name, port, values, logs) for name, port in ports.items()]
    children.append(celery(values, logs))
    try:
        for child in children:
            child.start()
        for child, port in zip(children, ports.values(), strict=False):
            child.wait_until(partial(is_healthy, port), seconds=60)
        children[-1].wait_until(partial(children[-1].logged, " ready."), seconds=60)
        yield Live(**addresses, environment=values, worker=children[-1])
    finally:
        for child in reversed(children):
            child.stop()
