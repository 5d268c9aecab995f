"""What can be wrong with a file of numbers, and how to mend it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from vms_portal.kernel.formatting import colon, day_words

# Code: what is wrong, how to mend it.
MESSAGES = {
    # The file as a whole.
    "too_big": (
        gettext_noop("The file has %(size)s MB; at most %(limit)s MB are read."),
        gettext_noop("Split it into several files."),
    ),
    "empty_file": (
        gettext_noop("The file is empty."),
        gettext_noop("The first row holds the names of the columns: %(columns)s."),
    ),
    "no_names": (
        gettext_noop("The first row is empty."),
        gettext_noop("The first row holds the names of the columns: %(columns)s."),
    ),
    "no_header": (
        gettext_noop("The first row is too long to be names of columns."),
        gettext_noop("The first row holds the names of the columns: %(columns)s."),
    ),
    "workbook": (
        gettext_noop("The file is a workbook, not CSV."),
        gettext_noop("In Excel, choose Save as, then CSV UTF-8."),
    ),
    "utf16": (
        gettext_noop("The file is UTF-16 text."),
        gettext_noop("In Excel, choose Save as, then CSV UTF-8."),
    ),
    "not_utf8": (
        gettext_noop("The cell holds letters that cannot be read."),
        gettext_noop("Type the text again, and save the file as CSV UTF-8."),
    ),
    "unreadable": (
        gettext_noop(
            "A quotation mark in this row is not closed, or stands inside a text."
        ),
        gettext_noop(
            "Remove it. Where it belongs to the text, double it and put the text"
            " between quotation marks."
        ),
    ),
    "too_many_rows": (
        gettext_noop("The file has more than %(limit)s rows."),
        gettext_noop("Split it into several files."),
    ),
    "missing_column": (
        gettext_noop("The column is missing."),
        gettext_noop("The first row holds the names of the columns: %(columns)s."),
    ),
    "unknown_column": (
        gettext_noop("This column is not known."),
        gettext_noop("Remove it, or use one of these names: %(columns)s."),
    ),
    "repeated_column": (
        gettext_noop("The column is there twice."),
        gettext_noop("Remove one of the two."),
    ),
    # One row.
    "too_few_cells": (
        gettext_noop("The row has %(cells)s cells, the header %(columns)s."),
        gettext_noop(
            "The row is cut off: fill in what is missing, an empty cell as well."
        ),
    ),
    "too_many_cells": (
        gettext_noop("The row has %(cells)s cells, the header %(columns)s."),
        gettext_noop("Put a text that contains the separator between quotation marks."),
    ),
    "missing": (gettext_noop("The cell is empty."), gettext_noop("Fill it in.")),
    "nul": (
        gettext_noop("The cell contains a NUL character, which cannot be stored."),
        gettext_noop("Type the text again instead of pasting it."),
    ),
    "too_long": (
        gettext_noop("The text has %(length)s characters; at most %(limit)s fit."),
        gettext_noop("Shorten it."),
    ),
    "hidden_character": (
        gettext_noop("The number holds an invisible character: %(value)s."),
        gettext_noop("Type the number again instead of pasting it."),
    ),
    "too_short": (
        gettext_noop("“%(value)s” is too short for a telephone number."),
        gettext_noop("Write it as +32 2 550 12 34 or 02 550 12 34."),
    ),
    "not_a_number": (
        gettext_noop("“%(value)s” is not a telephone number."),
        gettext_noop("Write it as +32 2 550 12 34 or 02 550 12 34."),
    ),
    "emergency": (
        gettext_noop("“%(value)s” is an emergency number."),
        gettext_noop("Write a geographic number, such as +32 2 550 12 34."),
    ),
    "not_geographic": (
        gettext_noop("%(value)s is not a Belgian geographic number."),
        gettext_noop(
            "Only numbers of a Belgian zone (02, 03, 09, 010 ...) can be managed."
        ),
    ),
    "not_a_line": (
        gettext_noop("%(value)s cannot be the line of a site."),
        gettext_noop("Write a Belgian geographic or mobile number."),
    ),
    "unknown_option": (
        gettext_noop("“%(value)s” is not an option."),
        gettext_noop("Use %(options)s."),
    ),
    "bad_date": (
        gettext_noop("“%(value)s” is not a date."),
        gettext_noop("Write it as 2026-10-01 or 01/10/2026."),
    ),
    "bad_channels": (
        gettext_noop("“%(value)s” is not a number of channels."),
        gettext_noop("Write a whole number from 1 to %(limit)s."),
    ),
    "released_before": (
        gettext_noop("The last day lies before the first."),
        gettext_noop("Correct one of the two dates."),
    ),
    # The rows of one number together.
    "repeated_number": (
        gettext_noop("The number is already in row %(row)s."),
        gettext_noop("Remove one of the two rows."),
    ),
    "rows_differ": (
        gettext_noop("Row %(row)s says something else about the same number."),
        gettext_noop("Rows of one number differ in option and option_from only."),
    ),
    "option_gap": (
        gettext_noop("The first option does not begin on the number's first day."),
        gettext_noop("Give the first row of the number no option_from."),
    ),
    "option_after_release": (
        gettext_noop("The option begins after the number's last day."),
        gettext_noop("Remove the row, or correct one of the two dates."),
    ),
    # The row against what is stored.
    "number_taken": (
        gettext_noop("The number is already in service elsewhere in this period."),
        gettext_noop(
            "Check the number and its dates; the earlier use has to end first."
        ),
    ),
    "overlaps_own": (
        gettext_noop(
            "The customer already has this number from %(first)s to %(last)s."
        ),
        gettext_noop("Correct the dates, or leave the row out."),
    ),
    "unknown_contract": (
        gettext_noop("The customer has no contract “%(value)s”."),
        gettext_noop("Leave the cell empty to use contract %(contract)s."),
    ),
    "other_contract": (
        gettext_noop("The number is under contract %(contract)s."),
        gettext_noop("Write that contract in the column contract."),
    ),
    "before_first_month": (
        gettext_noop("The first day cannot be before %(day)s."),
        gettext_noop("Write that day or a later one."),
    ),
    "before_contract": (
        gettext_noop("The contract is active from %(day)s only."),
        gettext_noop("Write that day or a later one."),
    ),
    "after_contract": (
        gettext_noop("The last day of the contract is %(day)s."),
        gettext_noop("Let the number end by then, or use a contract that is active."),
    ),
    "month_closed": (
        gettext_noop("The months before %(day)s are closed and billed."),
        gettext_noop("Write that day or a later one."),
    ),
    "other_options": (
        gettext_noop("The number has other options than the file: %(options)s."),
        gettext_noop(
            "Change the option on the page of the number; a file only adds numbers."
        ),
    ),
    "other_release": (
        gettext_noop("The number has another last day than the file."),
        gettext_noop("End the number on its own page; a file only adds numbers."),
    ),
    "unclear_site": (
        gettext_noop("Several sites are called “%(value)s”."),
        gettext_noop("Write the short name of the site: %(slugs)s."),
    ),
    "counted_site": (
        gettext_noop(
            "“%(value)s” may be a new site, or the one with the short name %(slugs)s."
        ),
        gettext_noop(
            "Write %(slugs)s if that one is meant; give a new site another name."
        ),
    ),
    "other_line": (
        gettext_noop("The line of the site is %(value)s."),
        gettext_noop("Correct the cell, or change the line on the page of the site."),
    ),
    "line_of_another": (
        gettext_noop("%(value)s is a number of another customer today."),
        gettext_noop(
            "Give the site another line in the column line, or wait until the number"
            " is this customer's."
        ),
    ),
    "lines_differ": (
        gettext_noop(
            "The line of the site is %(value)s here, and %(first)s in row %(row)s."
        ),
        gettext_noop("Write one line in the rows of a site, or leave cells empty."),
    ),
    "channels_differ": (
        gettext_noop(
            "The line of the site has %(value)s channels here, and %(first)s in row"
            " %(row)s."
        ),
        gettext_noop("Write them once in the rows of a site, or leave cells empty."),
    ),
    "channels_without_line": (
        gettext_noop("The site has no line that could have %(value)s channels."),
        gettext_noop("Write the line in the column line, or leave the cell empty."),
    ),
    "other_channels": (
        gettext_noop("The line of the site has %(value)s channels."),
        gettext_noop("Correct the cell, or change the line on the page of the site."),
    ),
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing to mend. ``row`` counts as a spreadsheet does; 1 is the header.

    ``row`` None concerns the whole file, ``column`` empty the whole row.
    """

    row: int | None
    column: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def what(self) -> str:
        return _(MESSAGES[self.code][0]) % self._shown()

    @property
    def how(self) -> str:
        return _(MESSAGES[self.code][1]) % self._shown()

    def _shown(self) -> dict[str, object]:
        return {
            name: day_words(value) if isinstance(value, dt.date) else value
            for name, value in self.values.items()
        }

    def __str__(self) -> str:
        row = _("File") if self.row is None else _("Row %(row)s") % {"row": self.row}
        where = f"{row}, {self.column}" if self.column else row
        return f"{where}{colon()} {self.what} {self.how}"


class Refused(Exception):
    """The file or a row of it cannot be taken; ``problems`` say why."""

    def __init__(self, *problems: RowProblem) -> None:
        super().__init__(*problems)
        self.problems = problems
