"""Numbers of a file against what the customer already has."""

import datetime as dt
from collections.abc import Iterable

from contracts.models import Contract
from numbers.importing.problems import Problem, Refused
from numbers.importing.rows import Entry
from numbers.models import GeographicNumber, Site
from numbers.services.site_book import SiteBook, UnclearSite
from vms_portal.kernel.open_months import first_open_day

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
    """Answers what a file may say about one customer; raises ``Refused``."""

    def __init__(
        self, contracts: dict[str, Contract], default: Contract, sites: SiteBook
    ) -> None:
        self.contracts, self.default, self.sites = contracts, default, sites
        # A close that begins waits for the import.
        self.first_open_day = first_open_day()

    def contract(self, entry: Entry) -> Contract:
        """Return the contract of the row, or the one given for the whole file."""
        reference = entry.head.contract
        if reference is None:
            return self.default
        if reference not in self.contracts:
            raise _refused(
                entry, "contract", "unknown_contract",
                value=reference, contract=self.default.reference,
            )  # fmt: skip
        return self.contracts[reference]

    def site(self, entry: Entry) -> Site | None:
        """Return the site of the row; None when it has to be made."""
        head = entry.head
        try:
            site = self.sites.find(head.site)
        except UnclearSite as unclear:
            slugs = ", ".join(unclear.slugs)
            raise _refused(
                entry, "site", "unclear_site", value=head.site, slugs=slugs
            ) from unclear
        line = self.sites.line(site) if site else None
        if line is None:
            return site
        if head.line not in (None, line.e164):
            raise _refused(entry, "line", "other_line", value=line.e164)
        if head.channels not in (None, line.channels):
            raise _refused(entry, "channels", "other_channels", value=line.channels)
        return site

    def check(self, entry: Entry, number: GeographicNumber) -> None:
        """Refuse an entry that contradicts the number it names."""
        head, problems = entry.head, []
        if self.contract(entry) != number.contract:
            values = {"contract": number.contract.reference}
            problems.append(Problem(head.row, "contract", "other_contract", values))
        if head.released_on != number.released_on:
            problems.append(Problem(head.row, "released_on", "other_release"))
        periods = list(number.option_periods.all())
        if [(p.option, p.starts_on) for p in periods] != [
            (option, first) for option, first, _last in entry.periods
        ]:
            options = ", ".join(f"{p.option} {p.starts_on}" for p in periods)
            values = {"options": options or "-"}
            problems.append(Problem(head.row, "option", "other_options", values))
        if problems:
            raise Refused(*problems)
        self.site(entry)

    def check_new(self, entry: Entry, own: Iterable[GeographicNumber]) -> None:
        """Refuse an entry outside its contract, or beside the customer's own."""
        head, contract = entry.head, self.contract(entry)
        if contract.activated_on and head.activated_on < contract.activated_on:
            raise _refused(
                entry, "activated_on", "before_contract", day=contract.activated_on
            )
        if contract.last_day and (head.released_on or FOR_GOOD) > contract.last_day:
            is_after = head.activated_on > contract.last_day
            raise _refused(
                entry, "activated_on" if is_after else "released_on",
                "after_contract", day=contract.last_day,
            )  # fmt: skip
        self._check_open(entry)
        for number in own:
            first, last = number.activated_on, number.released_on
            if overlaps(head.activated_on, head.released_on, first, last):
                raise _refused(
                    entry, "number", "overlaps_own", first=first, last=last or "…"
                )
        self.site(entry)

    def _check_open(self, entry: Entry) -> None:
        """Refuse a number that begins in a closed month; the rest comes after that."""
        first = self.first_open_day
        if first is not None and entry.head.activated_on < first:
            raise _refused(entry, "activated_on", "month_closed", day=first)


def _refused(entry: Entry, column: str, code: str, **values: object) -> Refused:
    return Refused(Problem(entry.head.row, column, code, values))
