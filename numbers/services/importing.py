"""Adding the numbers of a CSV file to a customer: all of them or none."""

import datetime as dt
import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO

from django.db import IntegrityError, transaction
from psycopg2.errors import ExclusionViolation
from simple_history.utils import bulk_create_with_history

from contracts.models import Contract
from numbers.importing.problems import Refused, RowProblem
from numbers.importing.reading import read_rows
from numbers.importing.result import ImportResult
from numbers.importing.rows import Entry, NumberKey, Unread, read_entries
from numbers.importing.survey import Survey, survey
from numbers.models import GeographicNumber, OptionPeriod
from numbers.services.file_lines import FileLines
from numbers.services.file_sites import place_sites
from numbers.services.lines import LineChange, note_lines
from numbers.services.overtaken import again_if_overtaken
from numbers.services.site_book import SiteBook
from numbers.services.stored_numbers import Comparison
from tenants.audit.record import record
from tenants.models import User
from vms_portal.kernel.csv_files.parsing import WINDOWS, encoding_of
from vms_portal.kernel.data.open_months import hold_off_close
from vms_portal.kernel.local_time import local_date
from vms_portal.kernel.text import clean_text
from vms_portal.kernel.work.queue import enqueue_after_commit

Item = Entry | Unread | list[RowProblem]
BATCH = 1_000
MOST_ROWS = 200_000


class _Undo(Exception):
    """Takes everything back."""


@again_if_overtaken
def import_numbers(
    *,
    file: IO[bytes],
    name: str,
    contract: Contract,
    actor: User | str,
    now: dt.datetime,
    dry_run: bool = False,
    most_rows: int = MOST_ROWS,
    progress: Callable[[int], None] = lambda position: None,
) -> ImportResult:
    """Add the numbers of a CSV file to the customer of ``contract``.

    Missing sites are made, label and site of known numbers follow the file, the
    same file a second time changes nothing. Any problem takes everything back;
    ``ImportResult.problems`` says row by row what to mend. Two imports for one customer
    take turns; sites and lines that others store meanwhile are known ones.
    ``progress`` gets the bytes read. The caller sees all customers'
    rows or only this one's: the database guards one owner per number either way.
    """
    outcome = ImportResult()
    try:
        with transaction.atomic():
            # It takes a while; what there is of sites is read after it.
            today = local_date(now)
            found = survey(read_rows(file, most_rows=most_rows), today)
            run = _Run(contract, actor, outcome)
            run.place(found, today)
            run.read(file, most_rows, progress)
            changes = [] if outcome.problems else run.lines.changes(outcome)
            outcome.is_windows = encoding_of(file) == WINDOWS
            if outcome.problems or dry_run:
                raise _Undo
            run.finish(name, _sha256(file), changes, now)
    except _Undo:
        pass
    except Refused as refused:
        outcome.problems.extend(refused.problems)
    outcome.sort_problems()
    return outcome


class _Run:
    """One import inside its transaction."""

    def __init__(
        self, contract: Contract, actor: User | str, outcome: ImportResult
    ) -> None:
        self.tenant, self.actor, self.outcome = contract.tenant, actor, outcome
        hold_off_close()
        own = Contract.objects.select_for_update().for_tenant(self.tenant)
        contracts = {item.reference: item for item in own.order_by("pk")}
        # A colleague may have given it another reference since it was read.
        self.default = next(one for one in contracts.values() if one == contract)
        self.sites = SiteBook(self.tenant)
        self.comparison = Comparison(contracts, self.default, self.sites)
        self.rows_of: Mapping[NumberKey, int] = {}

    def place(self, found: Survey, today: dt.date) -> None:
        """Make sites and lines of all that the file says of them."""
        self.rows_of = found.rows_of
        line_rows = place_sites(
            self.sites, found.sites, self.outcome, channels=self.default.channels
        )
        self.lines = FileLines(self.sites, line_rows, today)
        self.outcome.problems += self.lines.problems()

    def read(
        self, file: IO[bytes], most_rows: int, progress: Callable[[int], None]
    ) -> None:
        """Take the rows of a file, until there is more to mend than anybody reads."""
        entries = read_entries(read_rows(file, most_rows=most_rows), self.rows_of)
        while batch := list(islice(entries, BATCH)):
            self._take_batch(batch)
            progress(file.tell())
            if self.outcome.has_enough_problems:
                break

    def _take_batch(self, batch: Iterable[Item]) -> None:
        entries = list(self._readable(batch))
        stored = self._stored(entries)
        fresh = []
        for entry in entries:
            try:
                if self._take(entry, stored[entry.head.e164]):
                    fresh.append(entry)
            except Refused as refused:
                self.outcome.problems.extend(refused.problems)
        self._add(fresh)

    def finish(
        self, name: str, sha256: str, lines: Sequence[LineChange], now: dt.datetime
    ) -> None:
        """Record the import and have the plans of the new numbers made."""
        outcome = self.outcome
        if not outcome.has_changes:
            return
        record(
            actor=self.actor,
            action="number.imported",
            target=self.default,
            at=now,
            detail={
                "file": clean_text(name)[:100],
                "sha256": sha256,
                "added": outcome.added,
                "changed": outcome.changed,
                "sites": outcome.sites_added[:100],
                "lines": outcome.lines_added[:100],
            },
        )
        note_lines(changes=lines, actor=self.actor, now=now)
        enqueue_after_commit("routing.tasks.compile_plans", self.tenant.pk)

    def _readable(self, batch: Iterable[Item]) -> Iterator[Entry]:
        for item in batch:
            if isinstance(item, Entry):
                yield item
            elif isinstance(item, Unread):
                named = self.comparison.check_names(item)
                self.outcome.problems.extend([*item.problems, *named])
            else:
                self.outcome.problems.extend(item)

    def _stored(self, entries: list[Entry]) -> dict[str, list[GeographicNumber]]:
        """Return the customer's numbers that the batch names, by number."""
        wanted = {entry.head.e164 for entry in entries}
        known = (
            GeographicNumber.objects.for_tenant(self.tenant)
            .filter(e164__in=wanted)
            .select_related("site", "contract")
            .prefetch_related("option_periods")
        )
        stored: dict[str, list[GeographicNumber]] = defaultdict(list)
        for number in known:
            stored[number.e164].append(number)
        return stored

    def _take(self, entry: Entry, stored: list[GeographicNumber]) -> bool:
        """Compare an entry with what is stored; True when it has to be added."""
        same = [n for n in stored if n.activated_on == entry.head.activated_on]
        if same:
            self.comparison.check(entry, same[0])
            self._follow(entry, same[0])
            return False
        self.comparison.check_new(entry, stored)
        # Later rows of the batch are compared with this one as well.
        stored.append(self._number(entry))
        return True

    def _follow(self, entry: Entry, number: GeographicNumber) -> None:
        """Give a known number the site and label of the file."""
        site, label = self.comparison.site(entry), entry.head.label
        if number.site_id == site.pk and label in (None, number.label):
            self.outcome.unchanged += 1
            return
        # It keeps what others stored of it since the batch was read, its label too.
        current = GeographicNumber.objects.select_for_update().get(pk=number.pk)
        if current.site_id != site.pk:
            self.lines.moved_to.add(site.pk)
        current.site = site
        current.label = current.label if label is None else label
        current.save(update_fields=["site", "label"])
        self.outcome.changed += 1

    def _number(self, entry: Entry) -> GeographicNumber:
        head = entry.head
        return GeographicNumber(
            tenant=self.tenant,
            e164=head.e164,
            label=head.label or "",
            activated_on=head.activated_on,
            released_on=head.released_on,
            own_last_day=head.released_on,
        )

    def _located(self, entry: Entry) -> GeographicNumber:
        """The number with its site, made where there is none, and its contract."""
        number = self._number(entry)
        number.site = self.comparison.site(entry)
        number.contract = self.comparison.contract(entry)
        return number

    def _add(self, entries: list[Entry]) -> None:
        """Store new numbers with their options; nobody else may have them."""
        numbers = [self._located(entry) for entry in entries]
        user = self.actor if isinstance(self.actor, User) else None
        try:
            with transaction.atomic():
                made = bulk_create_with_history(
                    numbers, GeographicNumber, default_user=user
                )
        except IntegrityError as error:
            if not isinstance(error.__cause__, ExclusionViolation):
                raise
            self._find_taken(entries, numbers)
            return
        OptionPeriod.objects.bulk_create(
            OptionPeriod(
                tenant=self.tenant,
                number=number,
                option=option,
                starts_on=first,
                ends_on=last,
            )
            for number, entry in zip(made, entries, strict=True)
            for option, first, last in entry.periods
        )
        self.outcome.added += len(entries)

    def _find_taken(
        self, entries: list[Entry], numbers: list[GeographicNumber]
    ) -> None:
        """Name the rows the database refuses; the import fails whatever follows."""
        for entry, number in zip(entries, numbers, strict=True):
            number.pk = None
            try:
                with transaction.atomic():
                    number.save(force_insert=True)
            except IntegrityError as error:
                if not isinstance(error.__cause__, ExclusionViolation):
                    raise
                problem = RowProblem(entry.head.row, "number", "number_taken")
                self.outcome.problems.append(problem)


def _sha256(file: IO[bytes]) -> str:
    file.seek(0, io.SEEK_SET)
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
