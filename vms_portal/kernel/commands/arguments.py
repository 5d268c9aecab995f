"""Arguments of commands: what cannot be read is told in a sentence."""

import datetime as dt
from argparse import ArgumentTypeError
from pathlib import Path

from vms_portal.kernel.local_time import parse_instant, parse_month


def month(text: str) -> dt.date:
    """Return the first day of ``YYYY-MM``."""
    try:
        return parse_month(text)
    except ValueError as error:
        # argparse shows the text of this exception only.
        raise ArgumentTypeError(str(error)) from None


def instant(text: str) -> dt.datetime:
    """Return the aware instant of an ISO 8601 text with an offset."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def is_file(path: Path) -> bool:
    """Tell whether there is such a file, whatever the system says of its name."""
    try:
        return path.is_file()
    except OSError:
        return False
