"""A message that no task of ours sends is set aside, and the worker goes on."""

import base64
import json
import pickle
import uuid
from decimal import Decimal
from typing import Any

import pytest
import redis
from celery import Celery
from celery.beat import Scheduler
from django.conf import settings
from kombu import Connection, Consumer, Queue
from kombu.utils.json import loads

from tenants.models import FailedWork
from tests.support.live import celery, live_environment
from tests.support.redis_databases import redis_url
from vms_portal.celery import app
from vms_portal.kernel.work.broker import ACT, LONGEST, UnfitMessage, fit
from vms_portal.queues import TAKES, WORKERS

PLAIN = "kombu.transport.redis:Transport"


def body(*parts: object) -> str:
    return base64.b64encode(json.dumps(parts).encode()).decode()


def message(**changes: object) -> dict[str, object]:
    """As Celery writes it, with ``changes`` to headers, properties and the rest."""
    name = str(uuid.uuid4())
    headers = {
        "task": "tenants.tasks.anchor_audit",
        "id": name,
        "retries": 0,
        "eta": None,
        "stamps": {},
        "timelimit": [None, None],
    }
    where = {"exchange": "", "routing_key": "celery"}
    properties = {
        "body_encoding": "base64",
        "delivery_tag": name,
        "priority": 0,
        "delivery_info": where,
    }
    whole: dict[str, object] = {
        "body": body([], {}, {"callbacks": None}),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": headers,
        "properties": properties,
    }
    for part, change in changes.items():
        key = part.replace("_", "-")
        old = whole.get(key)
        if isinstance(old, dict) and isinstance(change, dict):
            change = {**old, **change}
        whole[key] = change
    return whole


def nested(floors: int) -> Any:
    """A list in a list in a list."""
    floor: list[Any] = []
    for _ in range(floors - 1):
        floor = [floor]
    return floor


ENDLESS = {"__type__": "decimal", "__value__": "1e999999999"}
MADE_ID = {"__type__": "uuid", "__value__": {"hex": "0" * 32, "version": 4}}
UNFIT: dict[str, Any] = {
    "no JSON": "not json",
    "no UTF-8": b"\xff\xfe",
    "nothing": "",
    "deep": "[" * 100_000,
    "no number": '{"a": NaN',
    "a list": [],
    "a number": 7,
    "null": None,
    "empty": {},
    "no headers": message(headers=None),
    "headers of another kind": message(headers=[]),
    "no task": message(headers={"task": None}),
    "a task that cannot be looked up": message(headers={"task": ["x"]}),
    "an id of another kind": message(headers={"id": {"a": 1}}),
    "retries of another kind": message(headers={"retries": "many"}),
    "retries without end": message(headers={"retries": 10**30}),
    "no time": message(headers={"eta": "tomorrow"}),
    "no time zone": message(headers={"eta": "2026-11-27T10:00:00"}),
    "a time of another kind": message(headers={"eta": [1]}),
    "in a thousand years": message(headers={"eta": "3026-01-01T00:00:00+00:00"}),
    "a limit of time": message(headers={"timelimit": ["a", "b"]}),
    "an end": message(headers={"expires": "yesterday"}),
    "a group": message(headers={"group": "x"}),
    "no properties": message(properties=None),
    "an encoding nobody knows": message(properties={"body_encoding": "rot13"}),
    "pickle": message(content_type="application/x-python-serialize"),
    "no body": message(body=None),
    "a body that is no base64": message(body="é"),
    "a body without arguments": message(body=body("x")),
    "arguments of another kind": message(body=body({}, [], None)),
    "arguments of many floors": message(body=body([nested(500)], {}, None)),
    "a list in a list": message(body=body([[[1]]], {}, None)),
    "an object": message(body=body([{"to": "x"}], {}, None)),
    "what Celery makes a number of": message(body=body([ENDLESS], {}, None)),
    "the same by name": message(body=body([], {"x": ENDLESS}, None)),
    "names that say it": message(body=body([], ENDLESS, None)),
    "a number no row has": message(body=body([2**63], {}, None)),
    "a number without end": message(body=body([1e999], {}, None)),
    "half a number": message(body=body([0.5], {}, None)),
    "a long text": message(body=body(["x" * 20_000], {}, None)),
    "many arguments": message(body=body([1] * 20_000, {}, None)),
    "an id that Celery makes": message(headers={"id": MADE_ID}),
    "an id of digits": message(headers={"id": 10**35}),
    "what follows": message(body=body([], {}, {"chain": [{"task": "x"}]})),
    "too long": message(body="x" * LONGEST),
}


def raw(content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    return (content if isinstance(content, str) else json.dumps(content)).encode()


@pytest.mark.parametrize("name", UNFIT)
def test_what_is_no_message_of_ours_is_unfit(name):
    with pytest.raises(UnfitMessage):
        fit(raw(UNFIT[name]), "celery")


@pytest.mark.parametrize("task", [t for ts in TAKES.values() for t in sorted(ts)])
def test_no_sender_hands_in_what_only_harms(task):
    for queue in (q for q in TAKES if task in TAKES[q]):
        for name in ("arguments of many floors", "what Celery makes a number of"):
            told = {**message(headers={"task": task}), "body": UNFIT[name]["body"]}
            with pytest.raises(UnfitMessage, match="no arguments of a task"):
                fit(raw(told), queue)


def test_what_such_arguments_would_do():
    """The control: a parent hands arguments to its children pickled.

    How many floors are too many each Python says, 3.11 of a few hundred.
    """
    with pytest.raises(RecursionError):
        pickle.dumps(nested(100_000))
    assert isinstance(loads(json.dumps(ENDLESS)), Decimal)


@pytest.mark.parametrize(
    "given",
    [
        [7, [1, 2**63 - 1]],
        ["2026-11-01", "Zoë", ""],
        [None, True],
    ],
)
def test_what_tasks_of_ours_take_is_handed_on_as_it_came(given):
    taken = fit(raw(message(body=body(given, {"name": "x"}, None))), "celery")
    assert json.loads(base64.b64decode(taken["body"])) == [given, {"name": "x"}, {}]


@pytest.mark.parametrize("queue", TAKES)
def test_whose_row_is_settled_only_the_worker_says(queue):
    told = {"task": min(TAKES[queue]), "failed_work": "7"}
    assert "failed_work" not in fit(raw(message(headers=told)), queue)["headers"]
    assert fit(raw(message(headers=told)), WORKERS)["headers"]["failed_work"] == "7"


def test_it_goes_back_where_it_came_from_whatever_it_says():
    """A worker that ends puts its message back, with its own rights."""
    elsewhere = {
        "delivery_info": {"exchange": "", "routing_key": "plan:+3225501200"},
        "priority": 9,
        "delivery_tag": {"a": 1},
    }
    properties = fit(raw(message(properties=elsewhere)), "celery")["properties"]
    where = {"exchange": "", "routing_key": "celery"}
    assert properties["delivery_info"] == where
    assert properties["priority"] == 0
    assert uuid.UUID(properties["delivery_tag"])


@pytest.fixture
def queue():
    link = redis.Redis.from_url(redis_url("broker"))
    link.flushdb()
    yield link
    link.flushdb()


def take(transport: str, seconds: float = 1, name: str = "celery") -> list[Any]:
    """What a consumer of ``transport`` receives."""
    received: list[Any] = []
    with Connection(redis_url("broker"), transport=transport) as link:

        def keep(payload, taken):
            received.append(payload)
            taken.ack()

        with Consumer(link, [Queue(name)], callbacks=[keep], accept=["json"]):
            try:
                while True:
                    link.drain_events(timeout=seconds)
            except TimeoutError:
                return received


@pytest.mark.parametrize("name", ["no JSON", "a list", "no properties"])
def test_without_the_look_before_it_ends_who_takes_it(queue, name):
    """The control."""
    queue.lpush("celery", raw(UNFIT[name]))
    with pytest.raises((ValueError, TypeError, LookupError, AttributeError)):
        take(PLAIN)


@pytest.mark.django_db
def test_what_celery_sends_arrives_as_it_was_sent(queue):
    sender = Celery(broker=redis_url("broker"), set_as_current=False)
    text = "Zoë, 100 €"
    sender.send_task(
        "x", args=[1, [2]], kwargs={"name": text}, headers={"failed_work": "7"}
    )
    sender.send_task("x", args=[3], countdown=600, retries=3)
    queue.lpush("celery", "not json")
    first, second = take(settings.CELERY_BROKER_TRANSPORT)
    assert first[:2] == [[1, [2]], {"name": text}]
    assert second[0] == [3]
    assert queue.keys("unacked*") == []
    assert FailedWork.objects.get(act=ACT).reason == "The message is no JSON."


@pytest.mark.django_db
def test_what_beat_queues_arrives(queue, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_url", redis_url("broker"))
    scheduler = Scheduler(app, lazy=True)
    scheduler.setup_schedule()
    with Connection(redis_url("broker")) as link, link.Producer() as producer:
        for entry in scheduler.schedule.values():
            entry.options = {**(entry.options or {}), "queue": "beat"}
            scheduler.apply_async(entry, producer=producer, advance=False)
    taken = take(settings.CELERY_BROKER_TRANSPORT, name="beat")
    assert len(taken) == len(scheduler.schedule)
    assert not FailedWork.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_goes_on_and_each_reason_is_listed_once(
    queue, test_database_name, tmp_path
):
    values = live_environment(test_database_name, REDIS_URL=redis_url("broker"))
    worker = celery(values, tmp_path, "-Q", "celery,documents,portal,routing")
    sender = Celery(broker=values["REDIS_URL"], set_as_current=False)
    worker.start()
    try:
        worker.wait_until(lambda: worker.logged(" ready."), seconds=60)
        for _twice in range(2):
            for content in UNFIT.values():
                queue.lpush("celery", raw(content))
        queue.lpush("routing", "not json")
        queue.lpush("portal", raw(message(headers={"task": "tests.unasked"})))
        sender.send_task("tenants.tasks.forget_sessions", retry=False)
        worker.wait_until(lambda: worker.logged("succeeded"), seconds=60)
        aside = FailedWork.objects.filter(act=ACT, arguments__0="routing")
        worker.wait_until(aside.exists, seconds=60)
        by_portal = FailedWork.objects.filter(act=ACT, arguments__0="portal")
        worker.wait_until(by_portal.exists, seconds=60)
        assert worker.alive
    finally:
        worker.stop()
    listed = FailedWork.objects.filter(act=ACT)
    assert aside.get().attempts == 1
    unasked = listed.get(arguments__0="portal")
    assert unasked.reason == "Who hands in here sends no such task."
    assert sum(listed.values_list("attempts", flat=True)) == 2 * len(UNFIT) + 2
    assert listed.count() < len(UNFIT)
    assert not queue.hlen("unacked")
