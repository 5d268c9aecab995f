"""Diversions of an hour."""

import datetime as dt

from routing.services import forwarding
from tests.routing.conftest import MOBILE, MONDAY

HOUR = dt.timedelta(hours=1)


def divert(numbers, member, destination=MOBILE, until=MONDAY + HOUR, now=MONDAY):
    return forwarding.divert(
        numbers=numbers, destination=destination, until=until, member=member, now=now
    )
