"""Everything that bears on one called number, read from one JSON object.

The shape is that of the ``simulate_call`` input without ``call`` and
``outcomes``. Reading never raises; what cannot be read becomes a problem and
is left out.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from routing.engine.calendars import Calendar
from routing.engine.document import Document
from routing.engine.walk import OWN_LINE

OPTIONS = ("CLASSIC", "DRS", "VOICE_CONTINUITY")
REDIRECTIONS = ("cfu", "cfb", "cfnr", "cfnrc")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
SITE = "site:"


@dataclass(frozen=True, slots=True)
class Window:
    """A period in seconds since the epoch; None is open on that side."""

    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """A continuity plan: its own document or one destination.

    ``confirm_s`` is how long who answers there has to press 1; None: nobody asks.
    """

    active: bool
    destination: str | None
    document: Document | None
    confirm_s: int | None = None


@dataclass(frozen=True, slots=True)
class Override:
    destination: str
    window: Window
    confirm_s: int | None = None


@dataclass(frozen=True, slots=True)
class Redirection:
    """One of cfu, cfb, cfnr, cfnrc; ``after_s`` counts for cfnr alone.

    ``confirm_s`` is for the backup, too.
    """

    destination: str
    backup: str | None
    after_s: int
    window: Window
    confirm_s: int | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """A destination a number can send to, and where it says so."""

    destination: str
    path: str
    node: str | None = None


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """What decides for one number of the customer."""

    e164: str
    option: str = "CLASSIC"
    suspended: bool = False
    site: str | None = None
    document: Document | None = None
    emergency: Emergency | None = None
    override: Override | None = None
    continuity: dict[str, Redirection] = field(default_factory=dict)
    # Every destination written anywhere in it, in force or not.
    sendings: tuple[Sending, ...] = ()

    def documents(self) -> Iterator[Document]:
        if self.document:
            yield self.document
        if self.emergency and self.emergency.document:
            yield self.emergency.document


@dataclass(frozen=True, slots=True)
class World:
    """The called number and all of the customer's that its calls can meet.

    ``announcements`` tells for each name whether it has content.
    """

    called: NumberPlan
    others: dict[str, NumberPlan] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    sites: dict[str, str] = field(default_factory=dict)
    slugs_by_line: dict[str, list[str]] = field(default_factory=dict)
    announcements: dict[str, bool] = field(default_factory=dict)
    queues: frozenset[str] = frozenset()
    blocked: tuple[str, ...] = ()
    blocks_withheld: bool = False
    allowed: tuple[str, ...] = ()
    safety: str | None = None
    # By number, the destinations it must not be sent to; compiling fills it.
    refused: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # Numbers that were the customer's until their last day.
    ended: frozenset[str] = frozenset()
    opt_in: frozenset[str] = frozenset()
    international: tuple[str, ...] = ()

    @property
    def numbers(self) -> dict[str, NumberPlan]:
        return {**self.others, self.called.e164: self.called}

    def own_lines(self, plan: NumberPlan) -> frozenset[str]:
        """Return the destinations, as written, that are the number's own line."""
        if plan.site is not None:
            return frozenset({OWN_LINE, SITE + plan.site})
        same = self.slugs_by_line.get(plan.e164, ())
        return frozenset({OWN_LINE, *(SITE + slug for slug in same)})


def is_e164(value: object) -> bool:
    return isinstance(value, str) and E164.fullmatch(value) is not None


def instant(raw: object) -> dt.datetime | None:
    """Return an aware datetime from ISO 8601 text with an offset, else None."""
    if not isinstance(raw, str):
        return None
    try:
        read = dt.datetime.fromisoformat(raw)
        aware = read.tzinfo is not None
        # Outside these years a local time may not exist at all.
        return read if aware and 1 < read.year < 9999 else None
    except ValueError:
        return None


def slugs_by_line(sites: dict[str, str]) -> dict[str, list[str]]:
    """Return the sites by their line; two may have one."""
    slugs: dict[str, list[str]] = {}
    for slug, line in sites.items():
        slugs.setdefault(line, []).append(slug)
    return slugs
