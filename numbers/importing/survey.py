"""What the rows of a file say together, whatever their order."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from numbers.importing.problems import Refused, RowProblem
from numbers.importing.reading import RawRow
from numbers.importing.result import MOST_PROBLEMS
from numbers.importing.rows import NumberKey, Row, Unread, read


@dataclass(slots=True)
class SiteMentions:
    """What rows say of one site: each line and channels with the first row of it.

    ``rows`` counts those that can be read. ``first_number`` is (first day, number,
    row) of the site's first number that has not ended.
    """

    rows: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    channels: dict[int, int] = field(default_factory=dict)
    first_number: tuple[dt.date, str, int] | None = None

    def add(self, said: Row | Unread, today: dt.date) -> None:
        if said.line is not None:
            self.lines.setdefault(said.line, said.row)
        if said.channels is not None:
            self.channels.setdefault(said.channels, said.row)
        if isinstance(said, Row):
            self.rows += 1
            if said.released_on is None or said.released_on >= today:
                self._offer((said.activated_on, said.e164, said.row))

    def merge(self, other: Self) -> None:
        """Take what rows say that write the same site in another way."""
        self.rows += other.rows
        for line, row in other.lines.items():
            self.lines[line] = min(row, self.lines.get(line, row))
        for channels, row in other.channels.items():
            self.channels[channels] = min(row, self.channels.get(channels, row))
        if other.first_number is not None:
            self._offer(other.first_number)

    def _offer(self, number: tuple[dt.date, str, int]) -> None:
        if self.first_number is None or number < self.first_number:
            self.first_number = number


@dataclass(slots=True)
class Survey:
    """How many rows each number has, and what is said of each site as it is written."""

    rows_of: Counter[NumberKey] = field(default_factory=Counter)
    sites: dict[str, SiteMentions] = field(default_factory=dict)


def survey(rows: Iterable[RawRow | RowProblem], today: dt.date) -> Survey:
    """Read a file for what only all of its rows tell.

    Raises ``Refused`` once there is more to mend than anybody reads.
    """
    found, problems = Survey(), list[RowProblem]()
    for item in map(read, rows):
        if isinstance(item, Row):
            found.rows_of[item.key] += 1
        else:
            problems += item.problems if isinstance(item, Unread) else item
            if len(problems) >= MOST_PROBLEMS:
                raise Refused(*problems)
        if isinstance(item, Row | Unread) and item.site:
            found.sites.setdefault(item.site, SiteMentions()).add(item, today)
    return found
