"""Plans that come to a line later than their first answer."""

from tests.routing.conftest import MOBILE
from tests.support import routing as plans


def first(step: dict, to: str = "line") -> dict:
    """A plan whose entry can lead to ``rung``, which rings ``to``."""
    return plans.document(step, rung=plans.ring(to))


def closed() -> dict:
    return plans.schedule(open="rung", closed="end")


def by_key() -> dict:
    return plans.menu(key_1="rung", timeout="end", invalid="end")


def after_mobile() -> dict:
    return plans.ring(MOBILE, failed="end", busy="rung")


def by_origin() -> dict:
    rules = [{"prefixes": ["+33"], "exit": "french"}]
    exits = {"french": "rung", "other": "end"}
    return {"type": "origin", "rules": rules, "exits": exits}


def by_share() -> dict:
    shares = {"most": 99, "few": 1}
    exits = {"most": "end", "few": "rung"}
    return {"type": "distribution", "shares": shares, "exits": exits}


def after_waiting() -> dict:
    return plans.queue(timeout="end", full="rung")


STEPS = [closed, by_key, after_mobile, by_origin, by_share, after_waiting]
