"""Plans in Redis, where the network's agent reads them.

``plan:<number>`` holds the JSON of a compiled plan; ``plans:changed`` is the
stream the agent follows. Redis is a copy: losing it loses nothing.
"""

import json
from collections.abc import Iterable
from typing import Any, cast

import redis
from django.conf import settings

from routing.models import CompiledPlan

STREAM = "plans:changed"
LONGEST_STREAM = 10_000


def connect() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


def plan_key(e164: str) -> str:
    return f"plan:{e164}"


def push(plan: CompiledPlan, *, link: "redis.Redis | None" = None) -> None:
    """Put one plan in place and announce it, as one step for every reader."""
    e164 = plan.number.e164
    with (link or connect()).pipeline() as pipe:
        pipe.set(plan_key(e164), _text(plan))
        _announce(pipe, e164, plan.digest)
        pipe.execute()


def withdraw(numbers: Iterable[str]) -> None:
    """Take away the plans of numbers nobody has; their digest is empty from now on."""
    gone = list(numbers)
    if not gone:
        return
    with connect().pipeline() as pipe:
        for e164 in gone:
            pipe.delete(plan_key(e164))
            _announce(pipe, e164, "")
        pipe.execute()


def repair(plans: Iterable[CompiledPlan]) -> int:
    """Push every plan that Redis lost or holds in another state; count them."""
    link = connect()
    waiting = list(plans)
    if not waiting:
        return 0
    keys = [plan_key(plan.number.e164) for plan in waiting]
    held_texts = cast("list[str | None]", link.mget(keys))
    stale = [
        plan
        for plan, held in zip(waiting, held_texts, strict=True)
        if held != _text(plan)
    ]
    for plan in stale:
        push(plan, link=link)
    return len(stale)


def _announce(pipe: "redis.client.Pipeline", e164: str, digest: str) -> None:
    entry: dict[Any, Any] = {"number": e164, "digest": digest}
    pipe.xadd(STREAM, entry, maxlen=LONGEST_STREAM, approximate=True)


def _text(plan: CompiledPlan) -> str:
    return json.dumps(plan.body, sort_keys=True)
