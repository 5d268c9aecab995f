"""Which Redis database is whose: no process of a test meets the keys of another's.

Whoever clears a cache empties its whole database: the throttles, the marks of what
waits and the queues of a test beside would go with it.
"""

import os
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

# What needs one of its own, in every pytest worker; the first is pytest's own. Two
# workers fit in the sixteen of a Redis that was told nothing, ten in bin/test's.
PURPOSES = ("pytest", "live", "killed close", "image", "plans", "broker")
OWN = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def redis_url(purpose: str, worker: int = OWN) -> str:
    """Return the address of this or another pytest worker's database."""
    number = PURPOSES.index(purpose) + len(PURPOSES) * worker
    return urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))


def pytest_configure() -> None:
    """Turn cache and queue of this process, and of those it starts, to its database.

    Before anything asks for them: both keep what they found.
    """
    os.environ.setdefault("REDIS_URL", settings.REDIS_URL)
    url = os.environ["REDIS_URL"] = redis_url("pytest")
    settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    settings.CACHES["default"]["LOCATION"] = url
