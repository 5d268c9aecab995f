"""The figures are for those who run the portal."""

import re

import pytest

from vms_portal.kernel.metrics import sign_in_failures


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
    monkeypatch.setattr("vms_portal.kernel.health._redis", lambda: "no answer")
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert re.search("redis.*no answer", answer.content.decode())
