"""The figures are for those who run the portal."""

import contextlib
import os
import re
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from vms_portal.devstack.ports import LOOPBACK, free_port
from vms_portal.devstack.processes import Child
from vms_portal.kernel.running.figures import Place
from vms_portal.kernel.running.metrics import sign_in_failures

ROOT = Path(__file__).resolve().parents[2]


def test_the_own_machine_reads_the_figures(client):
    answer = client.get("/metrics", REMOTE_ADDR="127.0.0.1")
    assert answer.status_code == 200
    assert b"django_http_requests" in answer.content


@pytest.mark.parametrize("page", ["/metrics", "/readyz"])
def test_a_stranger_finds_no_figures_and_not_what_is_down(client, page):
    assert client.get(page, REMOTE_ADDR="127.0.0.1").status_code == 200
    assert client.get(page, REMOTE_ADDR="203.0.113.9").status_code == 404


@pytest.mark.parametrize("page", ["/metrics", "/readyz"])
def test_a_request_through_the_proxy_finds_neither(client, page):
    answer = client.get(
        page, REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "203.0.113.9"}
    )
    assert answer.status_code == 404


def test_a_refused_sign_in_is_counted(client):
    def count() -> float:
        return sign_in_failures.labels("portal")._value.get()

    before = count()
    client.post("/account/login/", {"login": "x@acme.example", "password": "wrong"})
    assert count() == before + 1


def test_alive_and_ready_are_two_questions(client, monkeypatch):
    monkeypatch.setattr("vms_portal.kernel.running.health._redis", lambda: "no answer")
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert re.search("redis.*no answer", answer.content.decode())


def labels() -> set[str]:
    return {
        sample.labels["method"]
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if "method" in sample.labels
    }


@pytest.mark.parametrize("page", ["/account/login/", "/nowhere/", "/api/v1/numbers/"])
def test_a_method_somebody_made_up_is_no_label_of_its_own(client, page):
    """Each would stay in memory and in the file of the figures for good."""
    client.generic("MADEUP", page)
    assert "MADEUP" not in labels()
    assert "<invalid method>" in labels()


def write_app(directory: Path) -> Path:
    """An application that counts its requests and shows the sum of all workers."""
    (directory / "counting_app.py").write_text(
        "from prometheus_client import CollectorRegistry, Counter, generate_latest\n"
        "from prometheus_client.multiprocess import MultiProcessCollector\n"
        "asked = Counter('asked', 'Requests', registry=None)\n"
        "def application(environ, start):\n"
        "    asked.inc()\n"
        "    registry = CollectorRegistry()\n"
        "    MultiProcessCollector(registry)\n"
        "    start('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [generate_latest(registry)]\n"
    )
    return directory


def sums_of(worker_class: str, directory: Path) -> tuple[list[float], int]:
    """Ask 30 times workers that end after 3 requests: the sums, and how many files."""
    port, figures = free_port(), directory / "figures"
    figures.mkdir()
    command = [sys.executable, "-m", "gunicorn", "counting_app:application"]
    command += ["--bind", f"{LOOPBACK}:{port}", "--worker-class", worker_class]
    command += ["--workers", "2", "--threads", "2", "--preload", "--max-requests", "3"]
    command += ["--no-control-socket", "--chdir", str(write_app(directory))]
    values = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{directory}",
        "PROMETHEUS_MULTIPROC_DIR": str(figures),
    }
    log = directory / "log"
    child = Child("server", command, log, environment=values, directory=directory)
    child.start()
    try:
        child.wait_until(lambda: child.listens(port) and child.logged("Booting"), 30)
        sums = [sum_of_all(port) for _ in range(30)]
    finally:
        child.stop()
    return sums, len(list(figures.glob("counter_*.db")))


def sum_of_all(port: int) -> float:
    for _ in range(40):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/", timeout=5) as got:
                found = re.search(r"asked_total ([\d.]+)", got.read().decode())
            return float(found[1]) if found else 0.0
        time.sleep(0.1)
    raise AssertionError("no answer")


def test_workers_that_follow_each_other_go_on_with_the_same_files(tmp_path):
    sums, files = sums_of("vms_portal.kernel.web.serving.Worker", tmp_path)
    assert sums == [float(turn) for turn in range(1, 31)]
    # Of the two workers and of the process that starts them.
    assert files <= 3


def test_files_named_by_the_process_would_grow_in_number(tmp_path):
    """The control: gunicorn's own worker, and prometheus_client as it comes."""
    assert sums_of("gthread", tmp_path)[1] > 3


def test_processes_that_live_at_once_have_files_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    first, second = Place(), Place()
    assert [first(), second(), first()] == [0, 1, 0]
    del first
    assert [Place()(), second()] == [0, 1]
