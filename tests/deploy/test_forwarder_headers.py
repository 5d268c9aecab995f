"""The image's gunicorn does only what is asked of it.

It takes no path from a header, from a proxy on loopback either, and no orders from
other processes of its account.
"""

import http.client
import os
import subprocess
import sys
import time

import pytest

from vms_portal.devstack.ports import LOOPBACK, accepts, free_port

CONTROL_SOCKET = ".gunicorn/gunicorn.ctl"
CLAIM = {"SCRIPT_NAME": "/static", "PATH_INFO": "/healthz"}
ECHO = (
    "def application(environ, start_response):\n"
    "    start_response('200 OK', [('X-Prefix', environ.get('SCRIPT_NAME', ''))])\n"
    "    return [b'']\n"
)


def ask(port: int, path: str) -> http.client.HTTPResponse:
    link = http.client.HTTPConnection(LOOPBACK, port, timeout=20)
    link.request("GET", path, headers=CLAIM)
    return link.getresponse()


@pytest.mark.django_db(transaction=True)
def test_no_header_names_the_path_and_nobody_gives_orders(image_process, tmp_path):
    port = free_port()
    child = image_process("portal", "APP", PORT=str(port), VMS_WEB_WORKERS="1")
    child.wait_until(lambda: accepts(port), seconds=60)
    answer = ask(port, "/account/sessions/")
    assert answer.status == 302
    assert answer.headers["Location"].startswith("/account/login/")
    # The control below has it after a tenth of a second.
    time.sleep(1)
    assert not (tmp_path / CONTROL_SOCKET).exists()


def test_without_the_options_it_would(tmp_path):
    """The control: gunicorn as it comes."""
    (tmp_path / "echo.py").write_text(ECHO)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "echo", "--bind", f"{LOOPBACK}:{port}"]
    server = subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    try:
        deadline = time.monotonic() + 20
        while not accepts(port) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert ask(port, "/static/x").headers["X-Prefix"] == "/static"
        while not (tmp_path / CONTROL_SOCKET).exists():
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        server.terminate()
        server.wait(10)
