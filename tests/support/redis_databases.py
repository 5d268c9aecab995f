"""Which Redis database is whose: no process of a test takes another test's tasks."""

import os
from urllib.parse import urlsplit, urlunsplit

# What needs one of its own, in every pytest worker. Database 0 is pytest's own;
# Redis has sixteen, so three workers may run side by side.
PURPOSES = ("live", "killed close", "image", "plans", "broker")
WORKERS = 3


def redis_url(purpose: str) -> str:
    """Return the address of this pytest worker's database for ``purpose``."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    number = 1 + PURPOSES.index(purpose) + len(PURPOSES) * (worker % WORKERS)
    return urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))
