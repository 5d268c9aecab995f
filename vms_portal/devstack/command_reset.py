"""bin/reset: forget the demo's data; the next bin/run loads it again."""

import os

from . import provisioning
from .instance import DATABASE, Instance
from .problem import SetupProblem
from .progress import say


def main(arguments: list[str]) -> int:
    if arguments:
        raise SetupProblem("bin/reset takes no arguments.")
    instance = Instance("run", tests=False)
    if not instance.lock():
        raise SetupProblem("The portal runs. Stop bin/run first, then reset.")
    try:
        if url := os.environ.get("DATABASE_URL"):
            provisioning.drop(provisioning.require_address(url), DATABASE)
        if url := os.environ.get("REDIS_URL"):
            say(f"Redis is left as it is ({url.split('@')[-1]}).")
        instance.remove()
    finally:
        instance.stop()
    say("The demo's data is gone. bin/run starts it over.")
    return 0
