"""Numbers of a file against what the customer already has."""

import datetime as dt
from collections.abc import Iterable

from contracts.models import Contract
from numbers.importing.problems import Refused, RowProblem
from numbers.importing.rows import Entry, Row, Unread
from numbers.models import GeographicNumber, Site
from numbers.services.site_book import SiteBook, UnclearSite
from vms_portal.kernel.data.open_months import FIRST_MONTH, first_open_day
from vms_portal.kernel.formatting import display

FOR_GOOD = dt.date.max


def overlaps(
    first: dt.date,
    last: dt.date | None,
    other_first: dt.date,
    other_last: dt.date | None,
) -> bool:
    """Do two periods share a day? Both days included; None means for good."""
    return first <= (other_last or FOR_GOOD) and other_first <= (last or FOR_GOOD)


class Comparison:
    """Answers what a file may say about one customer."""

    def __init__(
        self, contracts: dict[str, Contract], default: Contract, sites: SiteBook
    ) -> None:
        self.contracts, self.default, self.sites = contracts, default, sites
        # A close that begins waits for the import.
        self.first_open_day = first_open_day()

    def contract(self, entry: Entry) -> Contract:
        """Return the contract of the row, or the one given for the whole file."""
        reference = entry.head.contract
        return self.default if reference is None else self.contracts[reference]

    def site(self, entry: Entry) -> Site:
        """Return the site of a row that was checked."""
        site = self.sites.find(entry.head.site)
        if site is None:
            raise LookupError(entry.head.site)
        return site

    def check(self, entry: Entry, number: GeographicNumber) -> None:
        """Refuse an entry that contradicts the number it names."""
        head, problems = entry.head, self._check_names_of(entry)
        if (head.contract or self.default.reference) != number.contract.reference:
            values = {"contract": number.contract.reference}
            problems.append(RowProblem(head.row, "contract", "other_contract", values))
        if head.released_on != number.released_on:
            problems.append(RowProblem(head.row, "released_on", "other_release"))
        periods = list(number.option_periods.all())
        if [(p.option, p.starts_on) for p in periods] != [
            (option, first) for option, first, _last in entry.periods
        ]:
            options = ", ".join(f"{p.option} {p.starts_on}" for p in periods)
            values = {"options": options or "-"}
            problems.append(RowProblem(head.row, "option", "other_options", values))
        if problems:
            raise Refused(*problems)

    def check_new(self, entry: Entry, own: Iterable[GeographicNumber]) -> None:
        """Refuse an entry outside its contract, or beside the customer's own."""
        head, problems = entry.head, self._check_names_of(entry)
        contract = self.contracts.get(head.contract or self.default.reference)
        if contract is not None:
            problems += _outside(head, contract)
        problems += self._check_open(head)
        for number in own:
            first, last = number.activated_on, number.released_on
            if overlaps(head.activated_on, head.released_on, first, last):
                values = {"first": first, "last": last or "…"}
                problems.append(RowProblem(head.row, "number", "overlaps_own", values))
                break
        if problems:
            raise Refused(*problems)

    def _check_names_of(self, entry: Entry) -> list[RowProblem]:
        """Return what is wrong with the names in all rows of a number."""
        named = [problem for row in entry.rows for problem in self.check_names(row)]
        return named or self._check_one_site(entry)

    def _check_one_site(self, entry: Entry) -> list[RowProblem]:
        """Refuse rows of a number that mean two sites, in whatever way they write."""
        site, values = self.site(entry), {"row": entry.head.row}
        return [
            RowProblem(row.row, "site", "rows_differ", values)
            for row in entry.rows
            if self.sites.find(row.site) != site
        ]

    def check_names(self, head: Row | Unread) -> list[RowProblem]:
        """Return what is wrong with the contract and the site that a row names."""
        problems = []
        if head.contract is not None and head.contract not in self.contracts:
            values = {"value": head.contract, "contract": self.default.reference}
            problems.append(
                RowProblem(head.row, "contract", "unknown_contract", values)
            )
        return problems + (self._check_site(head, head.site) if head.site else [])

    def _check_site(self, head: Row | Unread, name: str) -> list[RowProblem]:
        try:
            site = self.sites.find(name)
        except UnclearSite as unclear:
            code = "unclear_site" if len(unclear.slugs) > 1 else "counted_site"
            values = {"value": name, "slugs": ", ".join(unclear.slugs)}
            return [RowProblem(head.row, "site", code, values)]
        line = self.sites.line(site) if site else None
        if line is None:
            return []
        problems = []
        if head.line not in (None, line.e164):
            values = {"value": display(line.e164)}
            problems.append(RowProblem(head.row, "line", "other_line", values))
        if head.channels not in (None, line.channels):
            channels = {"value": line.channels}
            problems.append(
                RowProblem(head.row, "channels", "other_channels", channels)
            )
        return problems

    def _check_open(self, head: Row) -> list[RowProblem]:
        """Say when a number begins in a closed month; the rest comes after that."""
        first = self.first_open_day
        if first is None or head.activated_on >= first:
            return []
        return [RowProblem(head.row, "activated_on", "month_closed", {"day": first})]


def _outside(head: Row, contract: Contract) -> list[RowProblem]:
    """Return what is wrong with days of service before or after the contract's."""
    if contract.activated_on and head.activated_on < contract.activated_on:
        values = {"day": contract.activated_on}
        return [RowProblem(head.row, "activated_on", "before_contract", values)]
    if head.activated_on < FIRST_MONTH:
        values = {"day": FIRST_MONTH}
        return [RowProblem(head.row, "activated_on", "before_first_month", values)]
    if contract.last_day and (head.released_on or FOR_GOOD) > contract.last_day:
        is_after = head.activated_on > contract.last_day
        column = "activated_on" if is_after else "released_on"
        return [
            RowProblem(head.row, column, "after_contract", {"day": contract.last_day})
        ]
    return []
