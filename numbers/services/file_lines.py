"""The main lines that a file adds: whether they may ring, and what is told of them."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import F, Q

from numbers.importing.problems import RowProblem
from numbers.importing.result import ImportResult
from numbers.models import GeographicNumber, Line
from numbers.services.ended_digits import DIGITS, RULES
from numbers.services.line_effects import hold_lines, others_with_them
from numbers.services.lines import LineChange, new_lines, of_others
from numbers.services.site_book import SiteBook
from vms_portal.kernel.formatting import display


class FileLines:
    """The lines a file gave sites, each with its row, before its numbers are added.

    ``moved_to`` are the keys of sites that get numbers the customer had already.
    """

    def __init__(self, book: SiteBook, rows: Mapping[str, int], today: dt.date) -> None:
        self._book, self._rows, self._today = book, rows, today
        self.moved_to: set[int] = set()
        self._numbers = GeographicNumber.objects.for_tenant(book.tenant)
        kept = self._numbers.exclude(released_on__lt=today)
        self._is_first = not kept.exists()
        self._theirs = self._served()

    def problems(self) -> list[RowProblem]:
        """Refuse lines that are numbers of other customers: calls would ring there."""
        taken = of_others(self._rows, self._book.tenant, self._today)
        return [
            RowProblem(
                self._rows[e164], "line", "line_of_another", {"value": display(e164)}
            )
            for e164 in taken
        ]

    def changes(self, outcome: ImportResult) -> list[LineChange]:
        """Return what there is to tell once the numbers are added, and count it."""
        added, tenant = self._book.lines_added, self._book.tenant
        hold_lines(self._rows, tenant)
        new = new_lines(self._rows, tenant, self._today, ignoring=added)
        outcome.new_lines = len(new)
        changes = self._of_the_file()
        others = others_with_them(changes, self._today)
        outcome.lines_again = [f"{one.site} ({display(one.after)})" for one in others]
        return [*changes, *others]

    def _served(self) -> set[str]:
        served = self._numbers.in_service_on(self._today).filter(e164__in=self._rows)
        return set(served.values_list("e164", flat=True))

    def _of_the_file(self) -> list[LineChange]:
        """Return the lines that were added, but those that are no news.

        A line that is an order of its site goes with it: nobody chose the digits as
        somebody else's. Where they were theirs before, calls skip it until they are
        again. One that is to end on its first day was called off, which ends what
        nobody chose.
        """
        coming = self._numbers.filter(activated_on__gt=self._today)
        coming = coming.filter(e164__in=self._rows)
        is_called_off = Q(released_on=F("activated_on"))
        called_off = set(coming.filter(is_called_off).values_list("e164", flat=True))
        ordered = set(coming.exclude(is_called_off).values_list("e164", "site"))
        skipped = RULES[DIGITS](self._book.tenant, self._today) if ordered else set()
        known = self._served() if self._is_first else self._theirs
        changes = []
        for line in self._book.lines_added:
            is_order = (line.e164, line.site_id) in ordered
            waits = is_order and line.e164 in skipped
            if not waits and not self._is_no_news(line, known):
                is_chosen = not is_order or line.e164 in called_off
                change = LineChange(line.site, "", line.e164, is_chosen=is_chosen)
                changes.append(change)
        return changes

    def _is_no_news(self, line: Line, known: Collection[str]) -> bool:
        """Tell whether a new site rings a number of theirs, and nothing rang elsewhere.

        The digits of one that ended, or has not begun, are somebody else's. So may be
        those that came with the file, but for the first numbers of a customer.
        """
        is_new = line.site in self._book.sites_added
        return is_new and line.e164 in known and line.site_id not in self.moved_to
