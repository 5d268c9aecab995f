"""Plans in Redis, where the network's agent reads them.

``plan:<number>`` holds the JSON of a compiled plan; ``plans:revisions`` the
revision each number is at, ended ones too; ``plans:changed`` is the stream the
agent follows. Redis is a copy: losing it loses nothing.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import redis
from django.conf import settings

from routing.models import CompiledPlan
from vms_portal.kernel.running.redis_client import Client

STREAM = "plans:changed"
REVISIONS = "plans:revisions"
LONGEST_STREAM = 10_000
# Whoever is late finds a newer revision and leaves it. An empty text takes the
# plan away; its revision stays, so that no push still on its way brings it back.
KEEP_NEWEST = f"""
local held = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
local text = redis.call('GET', KEYS[1]) or ''
if held > tonumber(ARGV[2]) then return 0 end
if held == tonumber(ARGV[2]) and text == ARGV[3] then return 0 end
if ARGV[3] == '' then redis.call('DEL', KEYS[1])
else redis.call('SET', KEYS[1], ARGV[3]) end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', {LONGEST_STREAM}, '*',
           'number', ARGV[1], 'digest', ARGV[4])
return 1
"""


def connect() -> redis.Redis:
    timeouts = settings.REDIS_TIMEOUTS
    return Client.from_url(settings.REDIS_URL, decode_responses=True, **timeouts)


def plan_key(e164: str) -> str:
    return f"plan:{e164}"


def push(plans: Iterable[CompiledPlan]) -> None:
    """Put plans in place and announce them, unless Redis holds something newer.

    Comparing, writing and announcing one plan is one step for every reader.
    """
    entries = [(p.number.e164, p.revision, _text(p.body), p.digest) for p in plans]
    _put(entries)


def withdraw(ended: Iterable[tuple[str, int]]) -> None:
    """Take away plans nobody has, each by number and the revision it was at.

    Their digest is empty from now on.
    """
    _put((e164, revision + 1, "", "") for e164, revision in ended)


def differing(plans: Sequence[CompiledPlan]) -> Iterator[tuple[CompiledPlan, int]]:
    """Yield the plans Redis holds in another state, with the revision it holds."""
    if not plans:
        return
    numbers = [plan.number.e164 for plan in plans]
    link = connect()
    # The revisions first: they are never ahead of what the database says later.
    revisions = cast("list[str | None]", link.hmget(REVISIONS, numbers))
    texts = cast("list[str | None]", link.mget([plan_key(e164) for e164 in numbers]))
    for plan, held, text in zip(plans, revisions, texts, strict=True):
        if int(held or 0) != plan.revision or text != _text(plan.body):
            yield plan, int(held or 0)


def _put(entries: Iterable[tuple[str, int, str, str]]) -> None:
    waiting = list(entries)
    if not waiting:
        return
    link = connect()
    keep_newest = link.register_script(KEEP_NEWEST)
    with link.pipeline(transaction=False) as pipe:
        for e164, revision, text, digest in waiting:
            keys = [plan_key(e164), REVISIONS, STREAM]
            keep_newest(keys, [e164, revision, text, digest], client=pipe)
        pipe.execute()


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True)
