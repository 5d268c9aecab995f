"""deploy/nginx.conf.template under a real nginx, before something that answers."""

import http.client
import http.server
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vms_portal.devstack.ports import LOOPBACK, accepts, free_port
from vms_portal.devstack.processes import Child

pytestmark = pytest.mark.nightly
ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "deploy" / "nginx.conf.template"
AROUND = """
daemon off; master_process off; pid {home}/pid; error_log {home}/error.log notice;
events {{}}
http {{
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
    {template}
}}
"""


class Answering(http.server.BaseHTTPRequestHandler):
    """Says 200 to everything, after it has read it."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if "broken" in self.path:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer

    def log_message(self, *arguments: object) -> None:
        """Nothing: nginx's logs are what is looked at."""


class Proxy:
    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.asked = 0

    def ask(self, path: str, host: str = "portal", body: bytes | None = None) -> int:
        """Ask as a browser does that came from a page with a secret; the status."""
        name = f"{host}.localhost"
        line = socket.create_connection((LOOPBACK, self.port), 20)
        context = ssl.create_default_context(cafile=self.home / "tls" / f"{host}.crt")
        connection = http.client.HTTPConnection(name)
        # nginx chooses certificate and server by the name.
        connection.sock = context.wrap_socket(line, server_hostname=name)
        headers = {"Referer": f"https://{name}/invitations/join_s3cret/"}
        method = "GET" if body is None else "POST"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        self.headers = answer.headers
        connection.close()
        self.asked += 1
        return answer.status

    def logged(self) -> str:
        """Both logs, once the line of the last answer is written."""
        deadline = time.monotonic() + 5
        access = self.home / "access.log"
        while len(access.read_text().splitlines()) < self.asked:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return "".join(path.read_text() for path in self.home.glob("*.log"))


@pytest.fixture
def proxy(tmp_path) -> Iterator[Proxy]:
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    openssl = shutil.which("openssl")
    if program is None or openssl is None:
        pytest.skip("nginx or openssl is not installed")
    server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = free_port()
    _certify(tmp_path / "tls", openssl)
    configuration = _configuration(tmp_path, port, server.server_address[1], program)
    child = Child(
        "nginx",
        [program, "-c", str(configuration), "-p", str(tmp_path)],
        tmp_path / "x",
    )
    child.start()
    try:
        child.wait_until(lambda: accepts(port), 10)
        yield Proxy(tmp_path, port)
    finally:
        child.stop()
        server.shutdown()


def _certify(directory: Path, openssl: str) -> None:
    directory.mkdir()
    for name in ("portal", "backoffice"):
        subprocess.run(
            [
                openssl,
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                f"/CN={name}.localhost",
                "-addext",
                f"subjectAltName=DNS:{name}.localhost",
                "-keyout",
                directory / f"{name}.key",
                "-out",
                directory / f"{name}.crt",
            ],
            check=True,
            capture_output=True,
        )


def _configuration(home: Path, port: int, behind: int, program: str) -> Path:
    """The template with this machine's ports and paths."""
    text = TEMPLATE.read_text()
    for old, new in {
        "${VMS_PORTAL_HOST}": "portal.localhost",
        "${VMS_BACKOFFICE_HOST}": "backoffice.localhost",
        "/etc/nginx/tls": f"{home}/tls",
        "/var/log/nginx": str(home),
        "server portal:8000": f"server {LOOPBACK}:{behind}",
        "server backoffice:8000": f"server {LOOPBACK}:{behind}",
        "listen 443": f"listen {LOOPBACK}:{port}",
        "listen 80": f"listen {LOOPBACK}:{free_port()}",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    version = subprocess.run([program, "-v"], capture_output=True, text=True).stderr
    if "/1.2" in version and int(version.split("/1.")[1].split(".")[0]) < 25:
        # The directive is younger than Debian's nginx; the image's knows it.
        text = text.replace("http2 on;", "")
    path = home / "nginx.conf"
    path.write_text(AROUND.format(home=home, template=text))
    return path


def test_secrets_of_links_are_in_no_log(proxy):
    for path in (
        "/invitations/join_s3cret/",
        "/invitations/join_s3cret",
        "/static/x.css?s3cret",
        "/account/password/reset/key/7-s3cret/",
        "//invitations//join_s3cret/",
        "/%69nvitations/join_s3cret/",
        "/invitations/join_s3cret/broken/",
        # with a line of its own in it
        "/invitations/join_%0As3cret/%0A/",
        "/account/password/reset/key/7-%0D%0As3cret/",
    ):
        assert proxy.ask(path) in {200, 502}, path
    written = proxy.logged()
    assert "s3cret" not in written
    assert written.count("/invitations/<secret>/") == 5
    assert "/account/password/reset/key/7-<key>" in written


def test_a_secret_of_ours_is_in_no_log_wherever_it_stands(proxy):
    join, reset = f"join_{'s3cret' * 7}x", f"dip5hs-{'d2797e4f' * 4}"
    for path in (
        f"/invitations/x/{join}/",
        f"/invitations/a%2F{join}/",
        f"/{join}",
        f"/account/password/reset/key/7/{reset}/",
        f"/reset/key/7-{reset}",
    ):
        assert proxy.ask(path) in {200, 502}, path
    written = proxy.logged()
    assert "s3cret" not in written
    assert "d2797e4f" not in written
    assert "<secret>" in written


def test_what_is_no_secret_is_still_told(proxy):
    assert proxy.ask("/calls/broken/") == 502
    assert '"path":"/calls/broken/","status":502' in proxy.logged()
    assert "upstream prematurely closed" in proxy.logged()


@pytest.mark.parametrize("host", ["portal", "backoffice"])
def test_what_only_we_may_ask_is_not_there(proxy, host):
    assert proxy.ask("/metrics", host) == proxy.ask("/readyz", host) == 404
    assert proxy.ask("/healthz", host) == 200


def test_two_megabytes_and_sixty_for_imports(proxy):
    large = b"x" * (2 * 1024**2 + 1)
    assert proxy.ask("/numbers/", "portal", large[1:]) == 200
    assert proxy.ask("/numbers/", "portal", large) == 413
    assert proxy.ask("/numbers/geographicnumber/import/", "portal", large) == 413
    assert proxy.ask("/numbers/geographicnumber/", "backoffice", large) == 413
    assert proxy.ask("/numbers/geographicnumber/import/", "backoffice", large) == 200


def test_who_asks_without_end_is_told_to_wait(proxy):
    answers = [proxy.ask("/calls/") for _ in range(400)]
    assert 429 in answers
    assert answers[:100] == [200] * 100
    while proxy.ask("/calls/") != 429:
        pass
    assert proxy.headers["Retry-After"] == "2"
