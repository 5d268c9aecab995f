"""Which numbers do not ring the line of a site, and where calls go: routing knows."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from numbers.models import GeographicNumber, Site
from vms_portal.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where calls go that do not ring the line first, in a sentence.

    ``can_ring``: some of them, at some time, ring it all the same.
    """

    where: str
    can_ring: bool


class CallsElsewhere(Protocol):
    """Returns by key where calls go of numbers, if not to the line of ``site``.

    The site is theirs, or is to be; so is its main line ``line``, in E.164, empty
    where it has none. One that is suspended is told as if it was resumed, one that
    begins later as of its first day.
    """

    def __call__(
        self,
        numbers: Iterable[GeographicNumber],
        site: Site,
        line: str,
        now: dt.datetime,
    ) -> dict[int, Elsewhere]: ...


# Routing adds its rule.
RULES: Registry[CallsElsewhere] = Registry()
ELSEWHERE = "elsewhere"


def calls_elsewhere(
    numbers: Iterable[GeographicNumber], site: Site, line: str, now: dt.datetime
) -> dict[int, Elsewhere]:
    """Return what routing says of those that a plan or a diversion decides for."""
    return RULES[ELSEWHERE](numbers, site, line, now)
