"""Which numbers do not ring the line of a site, and where calls go: routing knows."""

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from numbers.models import GeographicNumber, Site
from vms_portal.kernel.registry import Registry


class CallsElsewhere(Protocol):
    """Returns by key where calls go of numbers, if not to the line of ``site``.

    The site is theirs, or is to be. One that is suspended is told as if it was
    resumed, one that begins later as of its first day.
    """

    def __call__(
        self, numbers: Iterable[GeographicNumber], site: Site, now: dt.datetime
    ) -> dict[int, str]: ...


# Routing adds its rule.
RULES: Registry[CallsElsewhere] = Registry()
ELSEWHERE = "elsewhere"


def calls_elsewhere(
    numbers: Iterable[GeographicNumber], site: Site, now: dt.datetime
) -> dict[int, str]:
    """Return what routing says of those that a plan or a diversion decides for."""
    return RULES[ELSEWHERE](numbers, site, now)
