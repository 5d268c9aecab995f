"""A batch, sorted into what is new, what is known and what is quarantined."""

import datetime as dt
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
    read_record,
    refuse_record,
    refuse_torn,
)

Located = tuple[Record, Owner]


@dataclass(frozen=True, slots=True)
class Outcome:
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

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.received + other.received,
            self.added + other.added,
            self.known + other.known,
            self.quarantined + other.quarantined,
            self.moved + other.moved,
            self.retracted + other.retracted,
        )

    def as_replayed(self) -> "Outcome":
        """The same delivery once more: everything in it is known."""
        return Outcome(received=self.received, known=self.received)

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
        self._pending = array("Q", [_short(record.digest) for record, _owner in fresh])

    def keep(self) -> None:
        self._batches.append(self._pending)

    def count(self, moved: Sequence["Stored"]) -> int:
        """Return how many of the records were added by this load."""
        wanted = {_short(twin.digest) for twin in moved}
        found = (wanted.intersection(batch) for batch in self._batches if wanted)
        return len(set().union(*found))


def _short(digest: str) -> int:
    return int(digest[:16], 16)


@dataclass(slots=True)
class Delivery:
    """A batch as read: what is well-formed and what is not. Needs no database."""

    records: list[Record] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def read_delivery(rows: Iterable[Row | TornRow], now: dt.datetime) -> Delivery:
    """Read the rows of a batch; ``now`` is when it arrived."""
    result, limit = Delivery(), latest(now)
    for row in rows:
        if isinstance(row, TornRow):
            result.refused.append(refuse_torn(row))
            continue
        read = read_record(row, limit)
        if isinstance(read, Record):
            result.records.append(read)
        else:
            result.refused.append(read)
    return result


class Stored(NamedTuple):
    """A record that is there already, with the content it was delivered with."""

    id: int
    digest: str


@dataclass(slots=True)
class Sorting:
    """The decisions about one batch, to be written in one transaction."""

    fresh: list[Located] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    moved: list[Stored] = field(default_factory=list)
    known: int = 0


def sort_records(
    located: Sequence[Located], stored: Mapping[Key, Stored], conflicts: Collection[Key]
) -> Sorting:
    """Decide about well-formed records of numbers in service.

    ``stored`` are the records of the same keys in the database, ``conflicts`` the
    keys already in quarantine as conflicts. All contents of a conflicting key go
    to quarantine, whichever came first, so order and batches do not matter.
    """
    result, groups = _by_contest(located, stored, conflicts)
    for key, group in groups.items():
        contents = {pair[0].digest: pair for pair in group}
        twin = stored.get(key)
        known = contents.keys() & ({twin.digest} if twin else set())
        if key in conflicts or len(contents) + (twin is not None) - len(known) > 1:
            if twin is not None:
                result.moved.append(twin)
            for record, _owner in contents.values():
                if record.digest not in known:
                    result.refused.append(refuse_record(record, Reason.CONFLICT))
            result.known += len(group) - len(contents) + len(known)
        elif known:
            result.known += len(group)
        else:
            result.fresh.extend(contents.values())
            result.known += len(group) - 1
    return result


def _by_contest(
    located: Sequence[Located], stored: Mapping[Key, Stored], conflicts: Collection[Key]
) -> tuple[Sorting, Mapping[Key, Sequence[Located]]]:
    """Decide at once where nobody else claims the key; group the others by key."""
    counts = Counter([record.key for record, _owner in located])
    contested = set(conflicts)
    if len(counts) < len(located):
        contested.update(key for key, count in counts.items() if count > 1)
    result, groups = Sorting(), dict[Key, list[Located]]()
    for pair in located:
        record = pair[0]
        key = record.key
        if key in contested:
            groups.setdefault(key, []).append(pair)
        elif key not in stored:
            result.fresh.append(pair)
        elif stored[key].digest == record.digest:
            result.known += 1
        else:
            groups[key] = [pair]
    return result, groups
