"""Programs are ready when they answer themselves, and end with all they started."""

import http.server
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from vms_portal.devstack import command_run, ports
from vms_portal.devstack.problem import SetupProblem
from vms_portal.devstack.processes import Child
from vms_portal.devstack.redis import answers
from vms_portal.devstack.supervisor import RESTARTS_PER_MINUTE, Supervisor


@pytest.mark.parametrize(
    ("status", "told"),
    [(400, "answers 400. Does VMS_HOSTS name localhost"), (500, r"answers 500\.$")],
)
def test_ready_is_where_a_browser_sees_a_page(monkeypatch, status, told):
    """Whatever health says, and whatever proxy the machine has."""
    answers_with = [status]

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if "healthz" in self.path else answers_with[0])
            self.end_headers()

        def log_message(self, *arguments):
            """Nothing."""

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with http.server.HTTPServer((ports.LOOPBACK, 0), Site) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        with pytest.raises(SetupProblem, match=told):
            command_run.require_page(site.server_port)
        # The control.
        answers_with[0] = 200
        command_run.require_page(site.server_port)
        site.shutdown()
    with pytest.raises(SetupProblem, match="does not answer"):
        command_run.require_page(site.server_port)


def sleeper(tmp_path: Path, code: str = "import time; time.sleep(60)") -> Child:
    return Child("sleeper", [sys.executable, "-c", code], tmp_path / "log")


def ended(child: Child) -> int:
    assert child.process is not None
    return child.process.wait(10)


def test_stopping_ends_grandchildren_too(tmp_path):
    code = (
        "import subprocess, sys, time; "
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    child = sleeper(tmp_path, code)
    child.start()
    child.wait_until(lambda: child.logged("\n"), 10)
    grandchild = int((tmp_path / "log").read_text())
    child.stop()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{grandchild}").exists() and not _is_zombie(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_child_that_ignores_the_signal_is_ended(tmp_path):
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('deaf', flush=True); time.sleep(60)"
    )
    child = sleeper(tmp_path, code)
    child.patience = 0.5
    child.start()
    child.wait_until(lambda: child.logged("deaf"), 10)
    process = child.process
    child.stop()
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_a_program_that_ends_at_once_is_shown_with_its_log(tmp_path):
    child = sleeper(tmp_path, "raise SystemExit('no such table: moon')")
    child.start()
    with pytest.raises(SetupProblem, match=r"did not start(?s:.*)no such table: moon"):
        child.wait_until(lambda: False, 10)


ANSWERS = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def answering(tmp_path: Path, port: int) -> Child:
    command = [sys.executable, "-c", ANSWERS, str(port)]
    return Child("answering", command, tmp_path / "answering.log")


def test_ready_is_who_answers_on_his_own_port(tmp_path):
    port = ports.free_port()
    other, ours = answering(tmp_path, port), sleeper(tmp_path)
    other.start()
    ours.start()
    try:
        other.wait_until(lambda: command_run.is_ready(other, port), 10)
        # It answers, but not as this process.
        assert command_run._is_healthy(port)
        assert not command_run.is_ready(ours, port)
    finally:
        ours.stop()
        other.stop()
    assert not ports.listens(os.getpid(), port)


def test_a_dead_program_is_not_ready_because_another_answers(tmp_path):
    child = sleeper(tmp_path, "raise SystemExit('Address already in use')")
    child.start()
    with pytest.raises(SetupProblem, match="Address already in use"):
        child.wait_until(lambda: not child.alive, 10)


def test_what_ends_while_its_server_is_away_waits_for_it(tmp_path, capsys):
    child = sleeper(tmp_path, "raise SystemExit('Unrecoverable error')")
    away = True
    supervisor = Supervisor(lambda: away)
    supervisor.start(child)
    for _ in range(2 * RESTARTS_PER_MINUTE):
        ended(child)
        supervisor._restart(child)
    assert capsys.readouterr().out.count("does not answer") == 1
    away = False
    # The control: with the server there, it is the program's own fault.
    for _ in range(RESTARTS_PER_MINUTE):
        ended(child)
        supervisor._restart(child)
    ended(child)
    with pytest.raises(SetupProblem, match="keeps ending"):
        supervisor._restart(child)


def test_a_redis_answers_or_does_not(monkeypatch):
    url = os.environ["REDIS_URL"]
    assert answers(url)
    assert not answers(url.replace("redis://:", "redis://:wrong"))
    assert not answers(f"redis://127.0.0.1:{ports.free_port()}/0")


def test_what_a_program_writes_is_for_its_own_account(tmp_path):
    child = sleeper(tmp_path, f"open({str(tmp_path / 'x')!r}, 'w')")
    child.start()
    ended(child)
    assert (tmp_path / "x").stat().st_mode & 0o077 == 0
