"""Requests that say in which charset they are written."""

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from prometheus_client import REGISTRY

from vms_portal.kernel.web.charsets import Handler

FORM = "application/x-www-form-urlencoded"
PART = (
    b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n+2AA-\xff\r\n--x--\r\n'
)
# Of which Python knows a codec. Some decode no text, some make half a character.
OTHERS = ["utf-16", "utf-7", "latin-1", "base64", "idna", "undefined", "nonsense"]
KINDS = {FORM: b"name=%ff", "multipart/form-data; boundary=x": PART, "text/plain": b"x"}
MANY = "&".join("a" * 1001)


@pytest.fixture(autouse=True)
def open_transaction():
    """Of the test, which a web server would close with the request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(caller, method: str, path: str, kind: str, body: bytes) -> tuple[int, bytes]:
    status, _, content = answer(caller, method, path, kind, body)
    return status, content


def answer(
    caller, method: str, path: str, kind: str, body: bytes, **more: Any
) -> tuple[int, dict[str, str], bytes]:
    """Ask as a web server does; Django's client makes requests of its own."""
    handler, status, sent = Handler(), [], {}
    path, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_COOKIE": caller.cookies.output(header="", sep=";"),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    setup_testing_defaults(environ)

    def start(line: str, headers: Any, info: object = None, /) -> Any:
        status.append(line)
        sent.update(headers)

    with caller.as_process():
        content = b"".join(handler(environ, start))
    return int(status[0][:3]), sent, content


@pytest.mark.parametrize("charset", OTHERS)
@pytest.mark.parametrize("kind", KINDS)
def test_another_charset_is_not_understood(
    client, staff_client, admin, staff, kind, charset
):
    """Also where reading it would raise, on the page about it once more."""
    client.force_login(admin.user)
    staff_client.force_login(staff)
    for caller, path in (
        (client, "/profile/"),
        (client, "/numbers/?q=%ff"),
        (client, f"/numbers/?{MANY}"),
        (client, "/account/login/"),
        (client, "/nowhere/"),
        (staff_client, "/tenants/tenant/add/"),
        (staff_client, "/tenants/tenant/?q=%ff"),
        (staff_client, "/nowhere/"),
    ):
        for method in ("GET", "POST"):
            sent = f"{kind}; charset={charset}", KINDS[kind]
            status, page = ask(caller, method, path, *sent)
            assert status == 400, (method, path)
            assert b"<h1" in page


@pytest.mark.parametrize("charset", OTHERS)
def test_a_program_is_told_in_data(client, charset):
    for kind, body in KINDS.items():
        sent = f"{kind}; charset={charset}", body
        status, answer = ask(client, "POST", "/api/v1/numbers/", *sent)
        assert (status, b"parse_error" in answer) == (400, True)


@pytest.mark.parametrize("charset", ["utf-8", "UTF8"])
def test_a_request_that_is_utf_8_is_read(staff_client, staff, charset):
    staff_client.force_login(staff)
    kind = f"{FORM}; charset={charset}"
    status, page = ask(staff_client, "GET", "/tenants/tenant/?q=%C3%A9", kind, b"")
    assert (status, "\u00e9" in page.decode()) == (200, True)


def test_too_many_values_are_not_understood_whatever_the_charset(client):
    kind = f"{FORM}; charset=utf-8"
    assert ask(client, "GET", f"/account/login/?{MANY}", kind, b"")[0] == 400


# Parameters that Python's reader of mail headers, Django's too, cannot read.
UNREADABLE = [
    f"x*{'9' * 5000}=b",
    "x*=foo''b",
    "x*=undefined''b",
    "x*=idna''%ff",
    "x*=\0''b",
    "x*=base64''b",
    "charset*=foo''utf-8",
    "x*0*=undefined''b; x*1=c",
    "boundary*=hex''x",
]
PROTECTIONS = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Request-ID",
    "Cache-Control",
    "Permissions-Policy",
}


def refused_properly(caller, method: str, path: str, kind: str, **more: Any) -> bytes:
    status, headers, page = answer(caller, method, path, kind, b"", **more)
    assert status < 500, (path, kind, more)
    assert headers.keys() >= PROTECTIONS, (path, kind, more)
    return page if status == 400 else b""


@pytest.mark.parametrize("parameter", UNREADABLE)
def test_a_header_nobody_can_read_is_not_understood(client, staff_client, parameter):
    for caller in (client, staff_client):
        for path in ("/account/login/", "/nowhere/", "/\xe2\x82\xac/"):
            for kind in (FORM, "text/plain", "multipart/form-data"):
                refused_properly(caller, "POST", path, f"{kind}; {parameter}")
    for header in ("CONTENT_TYPE", "HTTP_ACCEPT"):
        said = {header: f"application/json; {parameter}"}
        refused_properly(client, "GET", "/api/v1/numbers/", "", **said)


def test_a_header_nobody_can_read_is_told_in_words_and_in_data(client, caplog):
    for method in ("GET", "POST"):
        kind = "text/plain; x*=foo''b"
        page = refused_properly(client, method, "/account/login/", kind)
        assert b"<h1" in page
        data = refused_properly(client, method, "/api/v1/numbers/", kind)
        assert b"parse_error" in data
        accept = {"HTTP_ACCEPT": "text/html, application/json; x*=foo''b"}
        data = refused_properly(client, method, "/api/v1/numbers/", "", **accept)
        assert b"parse_error" in data
    assert "request not understood" in caplog.text


def test_whatever_fails_as_the_request_is_made_is_not_understood(client):
    """Whichever part Django stumbles on: here a path that no server may hand over."""
    for broken in ({"PATH_INFO": "/\u20ac"}, {"CONTENT_TYPE": 7}):
        page = refused_properly(client, "GET", "/", "", **broken)
        assert b"<h1" in page


@pytest.mark.parametrize("path", ["/nowhere/", "/profile/", "/tenants/tenant/add/"])
@pytest.mark.parametrize(
    "boundary",
    ["", "boundary=", f"boundary={'x' * 300}", "boundary=\xe9", 'boundary="a "'],
)
def test_a_form_in_parts_that_nothing_parts_is_not_understood(
    client, staff_client, admin, staff, path, boundary
):
    client.force_login(admin.user)
    staff_client.force_login(staff)
    kind = f"multipart/form-data; {boundary}"
    for caller in (client, staff_client):
        for body in (b"", b"--x--\r\n"):
            status, headers, page = answer(caller, "POST", path, kind, body)
            assert (status, b"<h1" in page) == (400, True)
            assert headers.keys() >= PROTECTIONS


def test_a_request_not_understood_counts_among_the_answers(client):
    name = "django_http_responses_total_by_status_total"
    before = REGISTRY.get_sample_value(name, {"status": "400"}) or 0
    refused_properly(client, "GET", "/account/login/", "text/plain; x*=foo''b")
    assert REGISTRY.get_sample_value(name, {"status": "400"}) == before + 1


def test_the_web_processes_read_requests_so(settings):
    # Else it asks for a mail server.
    settings.DEMO = True
    from vms_portal.wsgi import application

    assert isinstance(application, Handler)
