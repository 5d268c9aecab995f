"""A Redis that takes connections and answers nothing holds nobody up for long."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.core.cache import cache
from kombu.exceptions import OperationalError

from routing import network
from routing.models import CompiledPlan
from vms_portal.devstack.ports import LOOPBACK
from vms_portal.kernel.running import redis_client

TIMEOUT = settings.REDIS_TIMEOUTS["socket_timeout"]
# The machine may be busy; far below a hang, and below what two waits take.
SOON = TIMEOUT + 1.5
AT_ONCE = 1.0


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that never says a word."""
    with socket.create_server((LOOPBACK, 0), backlog=64) as server:
        yield f"redis://{LOOPBACK}:{server.getsockname()[1]}/0"


@pytest.fixture
def hanging(silent, settings, client) -> None:
    settings.REDIS_URL = silent
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": silent}}
    client.raise_request_exception = False


@pytest.fixture
def took() -> Callable[[], float]:
    """Seconds since the test began."""
    began = time.monotonic()
    return lambda: time.monotonic() - began


def test_without_an_end_a_question_waits_for_good(silent):
    """The control."""
    link = redis.Redis.from_url(silent)

    def ask() -> None:
        with pytest.raises(redis.ConnectionError):
            link.ping()

    waiting = threading.Thread(target=ask, daemon=True)
    waiting.start()
    waiting.join(SOON)
    assert waiting.is_alive()


@pytest.mark.parametrize("address", ["/account/login/", "/account/password/reset/"])
def test_nobody_signs_in_and_is_told_so_soon(client, hanging, viewer, address, took):
    form = {"login": viewer.user.email, "email": viewer.user.email, "password": "x"}
    answer = client.post(address, form)
    assert answer.status_code == 503
    assert "Nobody can sign in at this moment" in answer.text
    assert took() < SOON


def test_whoever_is_signed_in_goes_on(client, hanging, viewer, number, took):
    client.force_login(viewer.user)
    for address in ("/numbers/", "/api/v1/numbers/", "/api/v1/numbers/"):
        assert client.get(address).status_code == 200
    assert took() < SOON


def test_the_next_one_is_not_kept_waiting(hanging):
    with pytest.raises(redis.TimeoutError):
        cache.get("anything")
    began = time.monotonic()
    for _person in range(20):
        with pytest.raises(redis.TimeoutError):
            cache.get("anything")
    assert time.monotonic() - began < AT_ONCE


def test_after_the_pause_it_is_asked_again(hanging, monkeypatch):
    monkeypatch.setattr(redis_client, "PAUSE", 0)
    for _time in range(2):
        began = time.monotonic()
        with pytest.raises(redis.TimeoutError):
            cache.get("anything")
        assert time.monotonic() - began > TIMEOUT - 0.5


def test_it_is_not_ready_and_says_so(client, hanging, db, took):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "redis": "no answer"}
    assert took() < SOON


def test_handing_on_work_is_given_up_soon(silent, took):
    app = Celery(set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf["broker_url"] = silent
    with pytest.raises((OperationalError, redis.TimeoutError)):
        app.send_task("tenants.tasks.anchor_audit")
    assert took() < SOON


def test_handing_over_plans_is_given_up_soon(hanging, number, took):
    with pytest.raises(redis.TimeoutError):
        network.withdraw([("+3225501200", 1)])
    with pytest.raises(redis.TimeoutError):
        list(network.differing([CompiledPlan(number=number)]))
    assert took() < 2 * SOON
