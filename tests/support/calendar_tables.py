"""The tables that calendars become in a plan, read as a call reads them."""

from bisect import bisect_right

from routing.engine.calendars import State
from routing.engine.switches import Table


def state_in(table: Table, instant: float) -> State:
    """The state a table holds at ``instant``, in seconds since the epoch."""
    exit_, code, params = table["is"][max(0, bisect_right(table["at"], instant) - 1)]
    return exit_, code, params
