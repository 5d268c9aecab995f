"""What the first and the last day of a contract do, said before they are fixed."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import Contract
from numbers.admin.stopping import lines_words
from numbers.models import GeographicNumber
from numbers.selectors import ending_with, starting_with
from vms_portal.kernel.data.open_months import first_open_day
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date


def start_words(contract: Contract, day: dt.date) -> list[str]:
    """Say what begins on the contract's first day, and which numbers do not."""
    starting = starting_with(contract, day)
    served = ngettext(
        "The service of %(count)d number starts on that day, and with it what the "
        "customer pays.",
        "The service of %(count)d numbers starts on that day, and with it what the "
        "customer pays.",
        starting.served,
    )
    suspended = ngettext(
        "%(count)d number is suspended: it is paid for from that day, and calls to it "
        "are connected once it is resumed.",
        "%(count)d numbers are suspended: they are paid for from that day, and calls "
        "to them are connected once they are resumed.",
        starting.suspended,
    )
    later = ngettext(
        "%(count)d number starts later, on a first day of its own.",
        "%(count)d numbers start later, on first days of their own.",
        starting.later,
    )
    told = (
        (served, starting.served),
        (suspended, starting.suspended),
        (later, starting.later),
    )
    counted = [text % {"count": count} for text, count in told if count]
    return [*counted, _("The customer's administrators are told by mail.")]


def ending_numbers(contract: Contract, day: dt.date) -> list[GeographicNumber]:
    """Return the numbers that end with the contract on a day.

    While one begins after it, the contract cannot end then.
    """
    ending = ending_with(contract, day).filter(activated_on__lte=day)
    return list(ending.select_related("tenant"))


def end_words(contract: Contract, day: dt.date) -> list[str]:
    """Say what ending the contract on ``day`` does, as the act does it."""
    numbers = ending_numbers(contract, day)
    count = len(numbers)
    taken_back = _("The end can be withdrawn until the last day has passed.")
    if day < local_date(timezone.now()):
        taken_back = _("The last day is over: the end cannot be withdrawn.")
    told = [
        ngettext(
            "%(count)d number ends with the contract; later calls to it are set "
            "aside, not billed.",
            "%(count)d numbers end with the contract; later calls to them are set "
            "aside, not billed.",
            count,
        )
        % {"count": count},
        *lines_words(numbers, day),
        _("The customer's administrators are told by mail."),
        taken_back,
    ]
    if first := first_open_day():
        text = _(
            "The months before %(first_open)s are closed and billed to their end: "
            "end it with them, then finance credits the days that are not due."
        )
        told.append(text % {"first_open": day_words(first)})
    return told
