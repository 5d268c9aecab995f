"""A Redis that hangs is treated as one that is away (docs/adr/0024).

It takes connections and answers nothing, so nothing would fail by itself. Each
question ends after ``settings.REDIS_TIMEOUTS``; the next ones are not even asked.
"""

import time
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import TimeoutError as NoAnswer

# Seconds nobody is kept waiting for the same server after somebody was.
PAUSE = 5.0

_asked_again_at: dict[tuple[object, object], float] = {}


class Client(redis.Redis):
    """Raises ``redis.TimeoutError`` at once for a while after it had to wait."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        known = self.connection_pool.connection_kwargs
        server = known.get("host"), known.get("port")
        if time.monotonic() < _asked_again_at.get(server, 0):
            raise NoAnswer("Redis gave no answer a moment ago.")
        try:
            return super().execute_command(*args, **options)
        except NoAnswer:
            _asked_again_at[server] = time.monotonic() + PAUSE
            raise


class CacheClient(RedisCacheClient):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._client = Client


class Cache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = CacheClient
