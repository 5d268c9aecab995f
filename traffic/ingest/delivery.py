"""A batch, sorted into what is new, what is known and what is quarantined."""

import datetime as dt
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from traffic.ingest.directory import Owner
from traffic.ingest.record import (
    Key,
    Reason,
    Record,
    Refused,
    Row,
    TornRow,
    latest,
    read_records,
    refuse_record,
    refuse_torn,
)

Located = tuple[Record, Owner]
# So many rows are read together: one that is refused has them read one by one.
PORTION = 250
# A source gives a call id to another call after this time.
REUSE = dt.timedelta(days=62)


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of the records: added + known + quarantined = received.

    ``moved`` counts stored records that a conflict took to quarantine, ``retracted``
    those of them that an earlier batch of the same load had added.
    """

    received: int = 0
    added: int = 0
    known: int = 0
    quarantined: int = 0
    moved: int = 0
    retracted: int = 0

    def __add__(self, other: "IngestResult") -> "IngestResult":
        return IngestResult(
            self.received + other.received,
            self.added + other.added,
            self.known + other.known,
            self.quarantined + other.quarantined,
            self.moved + other.moved,
            self.retracted + other.retracted,
        )

    def as_replayed(self) -> "IngestResult":
        """The same delivery once more: everything in it is known."""
        return IngestResult(received=self.received, known=self.received)

    def answer(self) -> dict[str, int]:
        """The counts of one delivery, for who sent it."""
        counts = asdict(self)
        del counts["retracted"]
        return counts

    def __str__(self) -> str:
        stored, aside = self.added - self.retracted, self.quarantined + self.retracted
        text = (
            f"{self.received:,} received = {stored:,} added + {self.known:,} known "
            f"+ {aside:,} quarantined"
        )
        if earlier := self.moved - self.retracted:
            text += f"; {earlier:,} stored earlier moved to quarantine"
        return text


class Added:
    """Remembers what one load has added so far, in eight bytes a record."""

    def __init__(self) -> None:
        self._batches: list[array[int]] = []
        self._pending = array("Q")

    def note(self, fresh: Sequence["Located"]) -> None:
        """Take the records of a batch; until ``keep`` its transaction may fail."""
        self._pending = _short([record.digest for record, _owner in fresh])

    def keep(self) -> None:
        self._batches.append(self._pending)

    def count(self, moved: Sequence["Stored"]) -> int:
        """Return how many of the records were added by this load."""
        wanted = set(_short([twin.digest for twin in moved]))
        counted = (wanted.intersection(batch) for batch in self._batches if wanted)
        return len(set().union(*counted))


def _short(digests: Sequence[str]) -> "array[int]":
    """Return half of each digest, as a number."""
    halves = "".join([digest[:16] for digest in digests])
    return array("Q", bytes.fromhex(halves))


@dataclass(slots=True)
class Delivery:
    """A batch as read: what is well-formed and what is not. Needs no database."""

    records: list[Record] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def read_delivery(rows: Iterable[Row | TornRow], now: dt.datetime) -> Delivery:
    """Read the rows of a batch; ``now`` is when it arrived."""
    result, limit, rest = Delivery(), latest(now), iter(rows)
    while portion := list(islice(rest, PORTION)):
        whole = [row for row in portion if not isinstance(row, TornRow)]
        for read in read_records(whole, limit):
            if isinstance(read, Record):
                result.records.append(read)
            else:
                result.refused.append(read)
        torn = [row for row in portion if isinstance(row, TornRow)]
        result.refused.extend(map(refuse_torn, torn))
    return result


class Stored(NamedTuple):
    """A record that is there already, with the content it was delivered with."""

    id: int
    digest: str
    started: str

    @property
    def started_at(self) -> dt.datetime:
        # Of thousands found hardly one is asked for it.
        return dt.datetime.fromisoformat(self.started)


# What waits for a decision, by key: the starts of the contents.
ANY_TIME = None
Waiting = Mapping[Key, Sequence[dt.datetime | None]]


@dataclass(slots=True)
class Sorting:
    """The decisions about one batch, to be written in one transaction."""

    fresh: list[Located] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    moved: list[Stored] = field(default_factory=list)
    known: int = 0


def sort_records(
    located: Sequence[Located],
    stored: Mapping[Key, Sequence[Stored]],
    conflicts: Waiting,
) -> Sorting:
    """Decide about well-formed records of numbers in service.

    ``stored`` are the records of the same keys in the database, ``conflicts`` those
    in quarantine as conflicts. All contents of a call go to quarantine when they
    differ, whichever came first, so order and batches do not matter.
    """
    result, groups = _by_contest(located, stored, conflicts)
    for key, group in groups.items():
        for call in _calls(group, stored.get(key, ()), conflicts.get(key, ())):
            _decide(call, result)
    return result


def _by_contest(
    located: Sequence[Located],
    stored: Mapping[Key, Sequence[Stored]],
    conflicts: Waiting,
) -> tuple[Sorting, Mapping[Key, Sequence[Located]]]:
    """Decide at once where nobody else claims the key; group the others by key."""
    keys, contested = [record.key for record, _owner in located], set(conflicts)
    if len(set(keys)) < len(keys):
        counts = Counter(keys)
        contested.update(key for key, count in counts.items() if count > 1)
    result, groups = Sorting(), dict[Key, list[Located]]()
    for key, pair in zip(keys, located, strict=True):
        if key in contested:
            groups.setdefault(key, []).append(pair)
        elif (twins := stored.get(key)) is None:
            result.fresh.append(pair)
        elif len(twins) == 1 and twins[0].digest == pair[0].digest:
            result.known += 1
        else:
            groups[key] = [pair]
    return result, groups


@dataclass(slots=True)
class _Call:
    """What claims to be one call: contents of one key, near each other in time."""

    delivered: list[Located] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    waits: bool = False


def _calls(
    group: Sequence[Located],
    stored: Iterable[Stored],
    waiting: Sequence[dt.datetime | None],
) -> Iterable[_Call]:
    """Tell the calls of one key apart: a source uses it anew after a time."""
    claims: list[tuple[dt.datetime, Located | Stored | None]] = [
        *((pair[0].started_at, pair) for pair in group),
        *((twin.started_at, twin) for twin in stored),
        *((start, None) for start in waiting if start is not ANY_TIME),
    ]
    calls, last = list[_Call](), None
    for start, claim in sorted(claims, key=itemgetter(0)):
        if last is None or start - last > REUSE:
            calls.append(_Call(waits=ANY_TIME in waiting))
        last, call = start, calls[-1]
        if claim is None:
            call.waits = True
        elif isinstance(claim, Stored):
            call.stored.append(claim)
        else:
            call.delivered.append(claim)
    return [call for call in calls if call.delivered]


def _decide(call: _Call, result: Sorting) -> None:
    contents = {pair[0].digest: pair for pair in call.delivered}
    there = {twin.digest for twin in call.stored}
    if call.waits or len(contents.keys() | there) > 1:
        result.moved.extend(call.stored)
        fresh = contents.keys() - there
        for digest in contents:
            if digest in fresh:
                record = contents[digest][0]
                result.refused.append(refuse_record(record, Reason.CONFLICT))
        result.known += len(call.delivered) - len(fresh)
    elif there:
        result.known += len(call.delivered)
    else:
        result.fresh.extend(contents.values())
        result.known += len(call.delivered) - 1
