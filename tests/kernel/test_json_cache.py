"""Whoever writes to Redis runs nothing in a process of ours."""

import pickle
import time

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.redis import RedisCache

from vms_portal.celery import app


class Planted:
    """Runs when it is unpickled."""

    def __reduce__(self):
        return (setattr, (Planted, "ran", True))


@pytest.fixture
def key():
    name = "planted"
    yield name
    cache.delete(name)


def test_a_planted_pickle_is_absent(key):
    backend = caches["default"]
    assert isinstance(backend, RedisCache)
    link = backend._cache.get_client(key, write=True)
    link.set(cache.make_key(key), pickle.dumps(Planted()))
    assert cache.get(key) is None
    assert not hasattr(Planted, "ran")
    # The control: what pickle would have done.
    pickle.loads(pickle.dumps(Planted()))  # noqa: S301
    assert getattr(Planted, "ran")  # noqa: B009


@pytest.mark.parametrize(
    "value", [1, 0, "text", [1.5, time.time()], {"a": [None]}, True]
)
def test_what_is_kept_comes_back(key, value):
    cache.set(key, value, 60)
    assert cache.get(key) == value


def test_redis_counts(key):
    cache.set(key, 1, 60)
    cache.incr(key)
    assert cache.get(key) == 2


def test_an_object_is_not_kept(key):
    with pytest.raises(TypeError):
        cache.set(key, Planted())


def test_tasks_and_sessions_are_json_too():
    assert app.conf.accept_content == ["json"]
    assert app.conf.result_accept_content == ["json"]
    assert app.conf.event_serializer == "json"
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
