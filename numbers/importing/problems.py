"""What can be wrong with a file of numbers, and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _n

# Code: what is wrong, how to mend it.
MESSAGES = {
    # The file as a whole.
    "too_big": (
        _n("The file has %(size)s MB; at most %(limit)s MB are read."),
        _n("Split it into several files."),
    ),
    "empty_file": (
        _n("The file is empty."),
        _n("The first row holds the names of the columns: %(columns)s."),
    ),
    "workbook": (
        _n("The file is a workbook, not CSV."),
        _n("In Excel, choose Save as, then CSV UTF-8."),
    ),
    "utf16": (
        _n("The file is UTF-16 text."),
        _n("In Excel, choose Save as, then CSV UTF-8."),
    ),
    "not_utf8": (
        _n("This row is not UTF-8 text, probably Latin-1 (Windows-1252)."),
        _n("In Excel, choose Save as, then CSV UTF-8."),
    ),
    "unreadable": (
        _n("The file cannot be read on from here: %(reason)s."),
        _n("Look for a quotation mark that is never closed."),
    ),
    "too_many_rows": (
        _n("The file has more than %(limit)s rows."),
        _n("Split it into several files."),
    ),
    "missing_column": (
        _n("The column is missing."),
        _n("The first row holds the names of the columns: %(columns)s."),
    ),
    "unknown_column": (
        _n("This column is not known."),
        _n("Remove it, or use one of these names: %(columns)s."),
    ),
    "repeated_column": (
        _n("The column is there twice."),
        _n("Remove one of the two."),
    ),
    # One row.
    "too_many_cells": (
        _n("The row has %(cells)s cells, the header %(columns)s."),
        _n("Put a text that contains the separator between quotation marks."),
    ),
    "missing": (_n("The cell is empty."), _n("Fill it in.")),
    "nul": (
        _n("The cell contains a NUL character, which cannot be stored."),
        _n("Type the text again instead of pasting it."),
    ),
    "too_long": (
        _n("The text has %(length)s characters; at most %(limit)s fit."),
        _n("Shorten it."),
    ),
    "not_a_number": (
        _n("“%(value)s” is not a telephone number."),
        _n("Write it as +32 2 550 12 34 or 02 550 12 34."),
    ),
    "emergency": (
        _n("“%(value)s” is an emergency number."),
        _n("Write a geographic number, such as +32 2 550 12 34."),
    ),
    "not_geographic": (
        _n("%(value)s is not a Belgian geographic number."),
        _n("Only numbers of a Belgian zone (02, 03, 09, 010 ...) can be managed."),
    ),
    "not_a_line": (
        _n("%(value)s cannot be the line of a site."),
        _n("Write a Belgian geographic or mobile number."),
    ),
    "unknown_option": (
        _n("“%(value)s” is not an option."),
        _n("Use CLASSIC, DRS or VOICE_CONTINUITY."),
    ),
    "bad_date": (
        _n("“%(value)s” is not a date."),
        _n("Write it as 2026-10-01 or 01/10/2026."),
    ),
    "bad_channels": (
        _n("“%(value)s” is not a number of channels."),
        _n("Write a whole number from 1 to %(limit)s."),
    ),
    "released_before": (
        _n("The last day lies before the first."),
        _n("Correct one of the two dates."),
    ),
    # The rows of one number together.
    "repeated_number": (
        _n("The number is already in row %(row)s."),
        _n("Remove one of the two rows."),
    ),
    "rows_differ": (
        _n("Row %(row)s says something else about the same number."),
        _n("Rows of one number differ in option and option_from only."),
    ),
    "option_gap": (
        _n("The first option does not begin on the number's first day."),
        _n("Give the first row of the number no option_from."),
    ),
    "option_after_release": (
        _n("The option begins after the number's last day."),
        _n("Remove the row, or correct one of the two dates."),
    ),
    # The row against what is stored.
    "number_taken": (
        _n("The number is already in service elsewhere in this period."),
        _n("Check the number and its dates; the earlier use has to end first."),
    ),
    "overlaps_own": (
        _n("The customer already has this number from %(first)s to %(last)s."),
        _n("Correct the dates, or leave the row out."),
    ),
    "unknown_contract": (
        _n("The customer has no contract “%(value)s”."),
        _n("Leave the cell empty to use contract %(contract)s."),
    ),
    "other_contract": (
        _n("The number is under contract %(contract)s."),
        _n("Write that contract in the column contract."),
    ),
    "before_contract": (
        _n("The contract is active from %(day)s only."),
        _n("Write that day or a later one."),
    ),
    "after_contract": (
        _n("The last day of the contract is %(day)s."),
        _n("Use a contract that is still active."),
    ),
    "other_options": (
        _n("The number has other options than the file: %(options)s."),
        _n("Change the option on the page of the number; a file only adds numbers."),
    ),
    "other_release": (
        _n("The number has another last day than the file."),
        _n("End the number on its own page; a file only adds numbers."),
    ),
    "unclear_site": (
        _n("Several sites are called “%(value)s”."),
        _n("Write the short name of the site: %(slugs)s."),
    ),
    "other_line": (
        _n("The line of the site is %(value)s."),
        _n("Correct the cell, or change the line on the page of the site."),
    ),
    "other_channels": (
        _n("The line of the site has %(value)s channels."),
        _n("Correct the cell, or change the line on the page of the site."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. ``row`` counts as a spreadsheet does; 1 is the header.

    ``row`` None concerns the whole file, ``column`` empty the whole row.
    """

    row: int | None
    column: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def what(self) -> str:
        return _(MESSAGES[self.code][0]) % self.values

    @property
    def how(self) -> str:
        return _(MESSAGES[self.code][1]) % self.values

    def __str__(self) -> str:
        row = _("File") if self.row is None else _("Row %(row)s") % {"row": self.row}
        where = f"{row}, {self.column}" if self.column else row
        return f"{where}: {self.what} {self.how}"


class Refused(Exception):
    """The file or a row of it cannot be taken; ``problems`` say why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems
