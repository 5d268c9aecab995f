"""Numbers as a CSV file that a spreadsheet shows and an import reads back."""

import datetime as dt
from collections.abc import Iterable, Iterator

from numbers.importing.columns import EXPORTED
from numbers.models import GeographicNumber
from numbers.services.site_book import SiteBook
from tenants.models import Tenant
from vms_portal.kernel.csv_files.cells import csv_lines
from vms_portal.kernel.formatting import display


def export_lines(
    numbers: Iterable[GeographicNumber], *, tenant: Tenant
) -> Iterator[str]:
    """Yield the lines of the file: one row for each option a number had or will have.

    ``numbers`` come with site, contract and option periods. Importing the file
    changes nothing.
    """
    return csv_lines(EXPORTED, _rows(numbers, SiteBook(tenant)))


def _rows(
    numbers: Iterable[GeographicNumber], sites: SiteBook
) -> Iterator[list[object]]:
    for number in numbers:
        line = sites.line(number.site)
        for place, period in enumerate(number.option_periods.all()):
            first: dt.date | str = period.starts_on if place else ""
            yield [
                display(number.e164),
                number.label,
                sites.written(number.site),
                period.option,
                first,
                number.activated_on,
                number.released_on,
                number.contract.reference,
                display(line.e164) if line else "",
                line.channels if line else "",
            ]
