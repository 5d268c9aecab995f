"""Celery's way to Redis, which reads each message before Celery does.

Portal and back office may put anything into the queues, and whoever has taken one of
them over as well: what Celery cannot make sense of ends its worker. A message that no
task of ours sends is taken out and listed here, and the worker goes on.
"""

import base64
import datetime as dt
import json
import re
import uuid
from typing import Any, cast

from django.db import connection
from kombu.transport import redis as kombu_redis

from vms_portal import queues
from vms_portal.kernel.running import redis_client
from vms_portal.kernel.work import arguments, failures

ACT = "vms_portal.kernel.work.broker.set_aside"
# Where workers answer a ping. Only they may write there (deploy/redis.acl).
ANSWERS = ".reply.celery.pidbox"
# Characters. What tasks are given are numbers of rows.
LONGEST = 1_000_000
# Longer than any task waits before it is tried again.
LATEST = dt.timedelta(hours=1)
RETRIES = range(1_000)
ID = re.compile(r"[0-9a-f-]{36}")
# What may be absent, and what it is when it is there.
TEXTS = (
    "lang",
    "root_id",
    "parent_id",
    "argsrepr",
    "kwargsrepr",
    "origin",
    "request_id",
    failures.HEADER,
)
NAME = re.compile(r"[a-z][a-z_]*")
FLAGS = ("ignore_result", "redelivered", "celery_beat_task")
KNOWN = {"task", "id", *TEXTS, *FLAGS, "retries", "eta"}
# What none of ours says, and what Celery writes there instead.
UNSAID = (
    "expires",
    "group",
    "group_index",
    "replaced_task_nesting",
    "shadow",
    "stamps",
    "stamped_headers",
    "timelimit",
)
NOTHING: tuple[Any, ...] = (None, 0, "", [], {}, [None, None])


class UnfitMessage(Exception):
    """No message of ours. The reason holds nothing of what was sent."""


class Client(redis_client.Client):
    """Hands on the messages that are fit, in the form of ours."""

    def parse_response(self, connection: Any, command_name: str, **options: Any) -> Any:
        answer = super().parse_response(connection, command_name, **options)
        if command_name != "BRPOP" or not answer:
            return answer
        key, text = answer
        queue = key.decode().split(kombu_redis.Channel.sep)[0]
        if queue.endswith(ANSWERS):
            return answer
        try:
            return key, json.dumps(fit(text, queue)).encode()
        except UnfitMessage as error:
            set_aside(queue, str(error))
            # As if none had come.
            return None


class Channel(kombu_redis.Channel):
    def _get_client(self) -> type[Client]:
        return Client


class Transport(kombu_redis.Transport):
    Channel = Channel


def set_aside(queue: str, reason: str) -> None:
    """List what came, once for each queue and reason."""
    failures.report(ACT, [queue, reason], reason, repeatable=False)
    # Nobody closes the connection of a process that only takes messages.
    if not connection.in_atomic_block:
        connection.close()


def fit(text: bytes, queue: str) -> dict[str, Any]:
    """Return the message as our own would have been sent; ``UnfitMessage`` else.

    Where it goes back to if a worker dies is the queue it came from, whatever it says.
    """
    if len(text) > LONGEST:
        raise UnfitMessage("The message is too long.")
    message = _mapping(_read(text), "The message is no JSON object.")
    headers = _headers(_mapping(message.get("headers"), "It has no headers."))
    if queue != queues.WORKERS:
        # Whose row it settles when it works is for the worker alone to say.
        headers.pop(failures.HEADER, None)
    if not queues.takes(queue, headers["task"]):
        raise UnfitMessage("Who hands in here sends no such task.")
    if message.get("content-type") != "application/json":
        raise UnfitMessage("What it carries is no JSON.")
    properties = _mapping(message.get("properties"), "It has no properties.")
    body = _body(message.get("body"), properties.get("body_encoding"))
    return {
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": headers,
        "properties": {
            "correlation_id": headers["id"],
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid.uuid4()),
        },
    }


def _read(text: bytes | str, *, is_base64: bool = False) -> Any:
    try:
        # Not as Celery reads it, which makes objects of what says that it is one.
        return json.loads(base64.b64decode(text) if is_base64 else text)
    except Exception as error:
        # Texts of many depths and alphabets end in many errors.
        raise UnfitMessage("The message is no JSON.") from error


def _mapping(value: Any, reason: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnfitMessage(reason)
    return cast("dict[str, Any]", value)


def _headers(given: dict[str, Any]) -> dict[str, Any]:
    """The headers Celery and we read, each of its type; others are left out."""
    retries = given.get("retries") or 0
    is_fit = (
        isinstance(given.get("task"), str)
        and isinstance(given.get("id"), str)
        and ID.fullmatch(given["id"])
        and all(isinstance(given.get(name), str | None) for name in TEXTS)
        and all(isinstance(given.get(name), bool | None) for name in FLAGS)
        and isinstance(given.get("eta"), str | None)
        and type(retries) is int
        and retries in RETRIES
        and all(given.get(name) in NOTHING for name in UNSAID)
    )
    if not is_fit:
        raise UnfitMessage("Its headers are not those of a task of ours.")
    _check_eta(given.get("eta"))
    return {name: given[name] for name in given.keys() & KNOWN} | {"retries": retries}


def _check_eta(eta: str | None) -> None:
    """A task that waits takes a place in the worker's memory, and is not done."""
    if eta is None:
        return
    try:
        waits = dt.datetime.fromisoformat(eta) - dt.datetime.now(dt.UTC)
    except (TypeError, ValueError) as error:
        raise UnfitMessage("It says no time at which to begin.") from error
    if waits > LATEST:
        raise UnfitMessage("It is to begin too late.")


def _body(body: object, encoding: object) -> list[Any]:
    """Arguments by place and by name, and nothing that follows the task."""
    if not isinstance(body, str) or encoding not in ("base64", None):
        raise UnfitMessage("It carries no text.")
    match _read(body, is_base64=encoding is not None):
        case [list(places), dict(names), dict() | None as after] if (
            arguments.are_plain(places)
            and arguments.are_plain(list(names.values()))
            and all(NAME.fullmatch(name) for name in names)
            and not any((after or {}).values())
        ):
            return [places, names, {}]
    raise UnfitMessage("It carries no arguments of a task.")
