"""A batch, sorted into what is new, what is known and what is quarantined."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from traffic.ingest.directory import Owner
from traffic.ingest.record import Reason, Record, Refused, refuse_record

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the records: added + known + quarantined = received.

    ``moved`` counts records stored earlier that a conflict took to quarantine.
    """

    received: int = 0
    added: int = 0
    known: int = 0
    quarantined: int = 0
    moved: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.received + other.received,
            self.added + other.added,
            self.known + other.known,
            self.quarantined + other.quarantined,
            self.moved + other.moved,
        )

    def as_replayed(self) -> "Outcome":
        """The same delivery once more: everything in it is known."""
        return Outcome(received=self.received, known=self.received)

    def __str__(self) -> str:
        stored, aside = self.added - self.moved, self.quarantined + self.moved
        return (
            f"{self.received:,} received = {stored:,} added + {self.known:,} known "
            f"+ {aside:,} quarantined"
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that is there already, with the content it was delivered with."""

    id: int
    digest: str
    started_at: dt.datetime


@dataclass(slots=True)
class Sorting:
    """The decisions about one batch, to be written in one transaction."""

    fresh: list[tuple[Record, Owner]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    moved: list[Stored] = field(default_factory=list)
    known: int = 0


def sort_records(
    records: Iterable[tuple[Record, Owner]],
    stored: dict[Key, Stored],
    conflicts: set[Key],
) -> Sorting:
    """Decide about well-formed records of numbers in service.

    ``stored`` are the records of the same keys in the database, ``conflicts`` the
    keys already in quarantine as conflicts. All contents of a conflicting key go
    to quarantine, whichever came first, so order and batches do not matter.
    """
    result, by_key = Sorting(), _by_key(records)
    for key, group in by_key.items():
        contents = {record.digest: (record, owner) for record, owner in group}
        twin = stored.get(key)
        known = {str(digest) for digest in contents} & (
            {twin.digest} if twin else set()
        )
        if key in conflicts or len(contents) + (twin is not None) - len(known) > 1:
            if twin is not None:
                result.moved.append(twin)
            for record, _owner in contents.values():
                if str(record.digest) not in known:
                    result.refused.append(refuse_record(record, Reason.CONFLICT))
            result.known += len(group) - len(contents) + len(known)
        elif known:
            result.known += len(group)
        else:
            result.fresh.extend(contents.values())
            result.known += len(group) - 1
    return result


def _by_key(
    records: Iterable[tuple[Record, Owner]],
) -> Mapping[Key, Sequence[tuple[Record, Owner]]]:
    groups: dict[Key, list[tuple[Record, Owner]]] = {}
    for record, owner in records:
        groups.setdefault(record.key, []).append((record, owner))
    return groups
