"""Over its rate a web process refuses in time, and still says how it is.

One worker, four threads, a tenth of a second for each request: forty a second.
"""

import contextlib
import http.client
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from vms_portal.devstack.ports import LOOPBACK, free_port
from vms_portal.devstack.processes import Child
from vms_portal.kernel.web.serving import ARRIVAL, STALLED

ROOT = Path(__file__).resolve().parents[2]
PER_SECOND, SECONDS = 110, 5
CHUNKED = b"POST /calls/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG = b"POST /calls/ HTTP/1.1\r\nContent-Length: 900000\r\n\r\n"
OURS = "vms_portal.kernel.web.serving.Worker"


@dataclass
class Answer:
    status: int
    seconds: float
    headers: dict[str, str]
    body: bytes = b""


def ask(port: int, path: str, method: str = "GET", body: bytes = b"") -> Answer:
    began = time.monotonic()
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
    connection.request(method, path, body or None)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    seconds = time.monotonic() - began
    return Answer(answer.status, seconds, dict(answer.getheaders()), content)


def serve(directory: Path, worker_class: str) -> tuple[Child, int]:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tests.support.slow_app:application"]
    command += ["--bind", f"{LOOPBACK}:{port}", "--worker-class", worker_class]
    command += ["--threads", "4", "--backlog", "128"]
    child = Child("server", command, directory / "log", directory=ROOT)
    child.start()
    child.wait_until(lambda: child.listens(port) and child.logged("Booting"), 30)
    return child, port


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    child, port = serve(tmp_path, OURS)
    yield port
    child.stop()


def flood(port: int, path: str = "/calls/") -> list[Answer]:
    """Ask at almost three times the rate it can do, without waiting for answers."""
    answers: list[Answer] = []
    began = time.monotonic()
    threads = []
    for turn in range(PER_SECOND * SECONDS):
        time.sleep(max(0.0, began + turn / PER_SECOND - time.monotonic()))
        thread = threading.Thread(target=lambda: answers.append(ask(port, path)))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(60)
    return answers


def during(port: int, *others: tuple[str, str]) -> dict[str, list[Answer]]:
    """Flood, and from its third second on ask for other pages, four times each."""
    found: dict[str, list[Answer]] = {path: [] for _, path in others}

    def look() -> None:
        time.sleep(3)
        for _ in range(4):
            for method, path in others:
                found[path].append(ask(port, path, method))

    watcher = threading.Thread(target=look)
    watcher.start()
    found["flood"] = flood(port)
    watcher.join(60)
    return found


def slowest(answers: list[Answer]) -> float:
    return max(answer.seconds for answer in answers)


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory) -> dict[str, list[Answer]]:
    """The same flood at gunicorn's own worker: what this machine makes of it now."""
    child, port = serve(tmp_path_factory.mktemp("unguarded"), "gthread")
    try:
        return during(port, ("GET", "/healthz"))
    finally:
        child.stop()


def test_over_its_rate_it_refuses_in_time_and_diversions_go_first(port, unguarded):
    divert, api = "/numbers/7/divert/", "/api/v1/calls/"
    urgent = [("POST", divert), ("GET", "/readyz")]
    seen = during(port, ("GET", "/healthz"), *urgent, ("GET", api))
    without = slowest(unguarded["flood"])
    assert len(seen["flood"]) == PER_SECOND * SECONDS
    assert {answer.status for answer in seen["flood"]} == {200, 503}
    assert slowest(seen["flood"]) < without * 0.7
    done = sum(answer.status == 200 for answer in seen["flood"])
    served = PER_SECOND * SECONDS / (SECONDS + without)
    assert done > served * SECONDS * 0.7, done
    turned_away = [a for a in seen["flood"] if a.status == 503]
    assert {a.headers["Retry-After"] for a in turned_away} == {"2"}
    assert all(b"<html" in a.body for a in turned_away)
    assert {a.status for a in seen["/healthz"]} == {200}
    assert slowest(seen["/healthz"]) < slowest(unguarded["/healthz"]) / 3
    for _, path in urgent:
        assert {a.status for a in seen[path]} == {200}
        assert slowest(seen[path]) < without / 3
    assert all(a.body.startswith(b"{") for a in seen[api] if a.status == 503)


def test_gunicorns_own_worker_lets_health_wait(unguarded):
    """The control: what the worker of ours is for."""
    assert {answer.status for answer in unguarded["flood"]} == {200}
    assert slowest(unguarded["/healthz"]) > slowest(unguarded["flood"]) / 4


def test_within_its_rate_nobody_is_refused(port):
    for method in ("GET", "POST"):
        answer = ask(
            port, "/calls/", method, b"x" * 100_000 if method == "POST" else b""
        )
        assert (answer.status, answer.body) == (200, b"done")


def test_a_connection_is_used_again(port):
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    connection.connect()
    line = connection.sock
    for _ in range(3):
        connection.request("GET", "/calls/")
        assert connection.getresponse().read() == b"done"
        assert connection.sock is line
    connection.close()


def test_who_connects_and_says_nothing_holds_no_thread(port):
    silent = [socket.create_connection((LOOPBACK, port)) for _ in range(12)]
    # gunicorn's own waits five seconds for each of them, four at a time.
    assert ask(port, "/calls/").seconds < 4
    for line in silent:
        line.close()


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /calls/ HTTP/1.1\r\n",
        b"POST /calls/ HTTP/1.1\r\nContent-Length: 9\r\n\r\nx",
    ],
)
def test_who_stops_halfway_holds_no_thread_for_good(port, begun):
    """The head or the body; behind them, an answer within the time they are given."""
    stalled = [socket.create_connection((LOOPBACK, port)) for _ in range(4)]
    for line in stalled:
        line.sendall(begun)
    time.sleep(0.5)
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=STALLED + 3)
    connection.request("GET", "/calls/")
    assert connection.getresponse().read() == b"done"
    connection.close()
    for line in stalled:
        line.close()


@pytest.mark.parametrize(
    "begun",
    [b"GET /calls/ HTTP/1.1\r\nX: ", CHUNKED, LONG],
    ids=["head", "chunks", "body"],
)
def test_a_drip_holds_no_thread_for_good(port, begun):
    """A byte now and then is never a stop, and never a request."""
    dripping = [socket.create_connection((LOOPBACK, port)) for _ in range(4)]
    stop = threading.Event()
    for line in dripping:
        line.sendall(begun)

    def drip() -> None:
        while not stop.wait(0.5):
            for line in dripping:
                with contextlib.suppress(OSError):
                    line.sendall(b"1\r\nx\r\n" if begun is CHUNKED else b"x")

    threading.Thread(target=drip).start()
    time.sleep(0.5)
    try:
        answer = ask(port, "/numbers/7/divert/", "POST")
    finally:
        stop.set()
    assert answer.status == 200
    assert ARRIVAL / 2 < answer.seconds < ARRIVAL + STALLED
    for line in dripping:
        line.close()


def test_a_body_that_is_read_late_is_read(port):
    """What counts is waiting for it; a large one in portions takes its time."""
    line = socket.create_connection((LOOPBACK, port))
    line.sendall(b"POST /calls/ HTTP/1.1\r\nContent-Length: 200000\r\n\r\n")
    for _portion in range(4):
        time.sleep(0.5)
        line.sendall(b"x" * 50_000)
    assert line.recv(1024).startswith(b"HTTP/1.1 200")
    line.close()


def test_a_refused_upload_still_learns_why(port):
    """Its body is on the way while the answer is: closing at once would lose it."""
    flooding = threading.Thread(target=flood, args=(port,))
    flooding.start()
    time.sleep(3.5)
    answers = [ask(port, "/calls/", "POST", b"x" * 1_000_000) for _ in range(6)]
    flooding.join(60)
    assert {answer.status for answer in answers} <= {200, 503}
    assert 503 in {answer.status for answer in answers}


def test_it_stops_when_it_is_told_to(tmp_path):
    child, port = serve(tmp_path, OURS)
    ask(port, "/calls/")
    began = time.monotonic()
    child.ask_to_stop()
    assert child.process is not None
    assert child.process.wait(20) == 0
    assert time.monotonic() - began < 15
