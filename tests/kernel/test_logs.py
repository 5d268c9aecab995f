"""Log lines: JSON, one a line, with the id of the request."""

import json
import logging
import sys

import pytest
import structlog

from vms_portal.celery import app
from vms_portal.kernel.running import logs

RESET = "/account/password/reset/key/"


@pytest.fixture
def line():
    """Log with the project's formatter and return the parsed line."""
    settings = logs.logging_settings()["formatters"]["json"]
    formatter = settings["()"](
        foreign_pre_chain=settings["foreign_pre_chain"],
        processors=settings["processors"],
    )

    def render(message: str, *arguments) -> str:
        record = logging.LogRecord(
            "x", logging.INFO, __file__, 1, message, arguments, None
        )
        return formatter.format(record)

    return render


def test_a_line_is_one_json_object(line):
    parsed = json.loads(line("billed %s", "Acme"))
    assert parsed["message"] == "billed Acme"
    assert parsed["level"] == "info"
    assert parsed["timestamp"].endswith("Z")


def test_a_line_break_cannot_forge_a_line(line):
    assert "\n" not in line("caller %s", 'x\n{"level": "critical"}')


@pytest.mark.parametrize("given", ["a" * 65, "short", "x\ny-12345678", "<script>1234"])
def test_a_harmful_request_id_is_replaced(client, given):
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] != (
        given
    )


def test_an_acceptable_request_id_is_kept(client):
    answer = client.get("/healthz", headers={"X-Request-ID": "edge-12345678"})
    assert answer["X-Request-ID"] == "edge-12345678"


@pytest.fixture
def reporting_task():
    """A task that says which request it works for."""

    @app.task(name="tests.report_request")
    def report():
        return structlog.contextvars.get_contextvars().get(logs.REQUEST_ID)

    yield report
    app.tasks.pop("tests.report_request")


def test_a_queued_message_carries_the_request(reporting_task, monkeypatch):
    sent = {}

    def keep(producer, body, **options):
        sent.update(options["headers"])

    monkeypatch.setattr("kombu.messaging.Producer.publish", keep)
    with structlog.contextvars.bound_contextvars(request_id="edge-12345678"):
        reporting_task.delay()
    assert sent["request_id"] == "edge-12345678"


def test_a_task_works_under_the_request_that_queued_it(reporting_task):
    result = reporting_task.apply(headers={"request_id": "edge-12345678"})
    assert result.get() == "edge-12345678"


def test_a_task_nobody_asked_for_works_under_its_own_id(reporting_task):
    result = reporting_task.apply()
    assert result.get() == result.id


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/invitations/join_s3cret/", "/invitations/<secret>/"),
        (
            "/account/password/reset/key/7-abc-def/",
            "/account/password/reset/key/7-<key>/",
        ),
        ("/team/", "/team/"),
        # where no view was found, and there is none to say what is secret
        ("/invitations/join_s3cret", "/invitations/<secret>"),
        ("/invitations/join_s3cret/more/", "/invitations/<secret>/more/"),
        ("/old/invitations/join_s3cret/", "/old/invitations/<secret>/"),
        ("/INVITATIONS/join_s3cret/", "/INVITATIONS/<secret>/"),
        (
            "/account/password/reset/key/7-abc-def",
            "/account/password/reset/key/7-<key>",
        ),
        ("/invitations/", "/invitations/"),
    ],
)
def test_the_secret_of_an_address_is_not_logged(client, db, caplog, address, written):
    with caplog.at_level(logging.INFO, logger="vms.request"):
        client.get(address)
    assert [record.msg["path"] for record in caplog.records] == [written]


# As they are made; a program or a hand that breaks a link breaks them less often.
JOIN = f"join_{'s3cret-S3CRET_' * 3}x"
RESET = f"dip5hs-{'d2797e4f' * 4}"


@pytest.mark.parametrize(
    "address",
    [
        f"/invitations/./{JOIN}/",
        f"/invitations/%0a{JOIN}",
        f"/x/'{JOIN}'",
        f"/invitations/%3C{JOIN}%3E/",
        f"/invitations/%20/{JOIN}/",
        f"/{JOIN}",
        f"/account/password//reset/key/7-{RESET}/",
        f"/7-{RESET}",
        f"/account/password/reset/key/7/{RESET}/",
        f"/reset/key/{RESET}/",
        f"/api/v1/numbers/vms_{'s3cret-S3CRET_' * 3}/",
    ],
)
def test_a_secret_of_ours_is_hidden_wherever_it_stands(client, db, caplog, address):
    with caplog.at_level(logging.INFO, logger="vms.request"):
        client.get(address)
    (path,) = [record.msg["path"] for record in caplog.records]
    assert "s3cret" not in path.lower()
    assert "d2797e4f" not in path
    assert "s3cret" not in logs.hide_secrets(f"mail to x: <{address}>").lower()


def test_what_only_looks_like_a_secret_is_told():
    told = (
        "vms_requests_refused_total vms_portal_session join_table "
        "5387a9050aa14a4eb4cbff630b1904c9 0195a3c0-1111-4111-8111-0195a3c0a3c0"
    )
    assert logs.hide_secrets(told) == told


@pytest.mark.parametrize(
    "message",
    [
        "Internal Server Error: /invitations/join_s3cret/",
        "Forbidden (CSRF cookie not set.): /account/password/reset/key/7-s3cret/",
        'refused "GET /invitations/join_s3cret?x=1 HTTP/1.1"',
        "Reverse for 'x' with keyword arguments '{'secret': 's3cret'}' not found.",
    ],
)
def test_nobodys_words_tell_a_secret(line, message):
    assert "s3cret" not in line(message)
    assert "s3cret" not in line("failed: %s", message)


def test_an_exception_tells_no_secret():
    settings = logs.logging_settings()["formatters"]["json"]
    formatter = settings["()"](
        foreign_pre_chain=settings["foreign_pre_chain"],
        processors=settings["processors"],
    )
    try:
        raise ValueError("no page at /invitations/join_s3cret/")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "failed", (), sys.exc_info()
        )
    written = formatter.format(record)
    assert "no page at /invitations/<secret>/" in json.loads(written)["exception"]


def test_a_page_with_a_secret_tells_its_address_to_nobody(client, db):
    answer = client.get("/invitations/join_s3cret/")
    assert answer["Referrer-Policy"] == "strict-origin"
    assert client.get("/account/login/")["Referrer-Policy"] == "same-origin"
