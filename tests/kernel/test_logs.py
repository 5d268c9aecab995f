"""Log lines: JSON, one a line, with the id of the request."""

import json
import logging

import pytest
import structlog

from vms_portal.celery import app
from vms_portal.kernel import logs

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
    ],
)
def test_the_secret_of_an_address_is_not_logged(client, db, caplog, address, written):
    with caplog.at_level(logging.INFO, logger="vms.request"):
        client.get(address)
    assert [record.msg["path"] for record in caplog.records] == [written]
