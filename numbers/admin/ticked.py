"""The numbers that staff ticked to suspend or resume, and what is said of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from numbers.models import GeographicNumber
from numbers.services.notices import later_words
from vms_portal.kernel.admin.selection import warn_of_none
from vms_portal.kernel.formatting import display, first_named
from vms_portal.kernel.local_time import local_date


@dataclass(frozen=True, slots=True)
class Ticked:
    """The numbers an act is for; the others, and how many ended, are left as they are.

    ``are_suspended``: it resumes, and ``others`` are those that are not suspended.
    """

    numbers: list[GeographicNumber]
    others: list[GeographicNumber]
    ended: int
    are_suspended: bool

    def left_out(self) -> list[str]:
        """Say which are left out and why; nothing where none is."""
        told = ngettext(
            "%(count)d number has ended and is left out.",
            "%(count)d numbers have ended and are left out.",
            self.ended,
        )
        ended = [told % {"count": self.ended}] if self.ended else []
        return [*self._in_that_state(), *ended]

    def _in_that_state(self) -> list[str]:
        """Name those that were before what the act makes of the rest."""
        count = len(self.others)
        if self.are_suspended:
            told = ngettext(
                "%(numbers)s is not suspended: nothing changes for it.",
                "%(numbers)s are not suspended: nothing changes for them.",
                count,
            )
        else:
            told = ngettext(
                "%(numbers)s is suspended already: nothing changes for it.",
                "%(numbers)s are suspended already: nothing changes for them.",
                count,
            )
        e164s = first_named([display(number.e164) for number in self.others])
        return [told % {"numbers": ", ".join(e164s)}] if count else []

    def tell_of_left_out(self, request: HttpRequest, *, is_any_done: bool) -> None:
        """Say what was left as it is; something in any case where nothing is done."""
        left_out = self.left_out()
        for told in left_out:
            messages.warning(request, told)
        if not (left_out or is_any_done):
            warn_of_none(request)


def ticked_numbers(
    queryset: QuerySet[GeographicNumber],
    *,
    are_suspended: bool,
    done: Iterable[GeographicNumber] = (),
) -> Ticked:
    """Read what was ticked as it is now, without what was ``done`` with it."""
    today = local_date(timezone.now())
    related = queryset.select_related("tenant", "contract")
    still = related.exclude(pk__in=[number.pk for number in done])
    rows = list(still.order_by("e164", "activated_on"))
    kept = [number for number in rows if not number.has_ended_by(today)]
    numbers = [n for n in kept if (n.suspended_at is not None) == are_suspended]
    others = [n for n in kept if (n.suspended_at is not None) != are_suspended]
    return Ticked(numbers, others, len(rows) - len(kept), are_suspended)


def _begins_later(number: GeographicNumber) -> bool:
    first = number.serves_from()
    return first is None or first > local_date(timezone.now())


def _waits(number: GeographicNumber) -> bool:
    """Are its calls routed, if any come, though its contract has not begun?"""
    return number.is_waiting_on(local_date(timezone.now()))


def _counts(numbers: list[GeographicNumber]) -> tuple[int, int, int]:
    """Return how many are in service, wait for their contract, begin later."""
    later, waiting = sum(map(_begins_later, numbers)), sum(map(_waits, numbers))
    return len(numbers) - later, waiting, later - waiting


def _counted(*told: tuple[str, int]) -> list[str]:
    """Fill the sentences with their counts, but for those of none."""
    return [text % {"count": count} for text, count in told if count]


def what_suspending_does(numbers: list[GeographicNumber]) -> list[str]:
    """Say it of the numbers in service, and of those that are not yet."""
    customers = len({number.tenant_id for number in numbers})
    served, waiting, later = _counts(numbers)
    at_once = ngettext(
        "Calls to %(count)d number are not connected any more, at once.",
        "Calls to %(count)d numbers are not connected any more, at once.",
        served,
    )
    from_then = ngettext(
        "%(count)d number is not in service yet, and begins suspended.",
        "%(count)d numbers are not in service yet, and begin suspended.",
        later,
    )
    before = ngettext(
        "%(count)d number waits for its contract, and begins suspended: calls that "
        "come to it before are not connected either, from now on.",
        "%(count)d numbers wait for their contract, and begin suspended: calls that "
        "come to them before are not connected either, from now on.",
        waiting,
    )
    return [
        *_counted((at_once, served), (before, waiting), (from_then, later)),
        ngettext(
            "The administrators of %(count)d customer are told by mail, with the "
            "reason.",
            "The administrators of %(count)d customers are told by mail, with the "
            "reason.",
            customers,
        )
        % {"count": customers},
        _("The numbers can be resumed at any time."),
    ]


def what_resuming_does(numbers: list[GeographicNumber]) -> list[str]:
    """Say it of the numbers in service, and of those that are not yet."""
    served, waiting, later = _counts(numbers)
    at_once = ngettext(
        "Calls to %(count)d number are connected again, at once.",
        "Calls to %(count)d numbers are connected again, at once.",
        served,
    )
    from_then = ngettext(
        "%(count)d number is not in service yet: calls to it are connected from its "
        "first day.",
        "%(count)d numbers are not in service yet: calls to them are connected from "
        "their first day.",
        later,
    )
    before = ngettext(
        "%(count)d number waits for its contract: calls that come to it are connected "
        "from now on, before its contract begins as well.",
        "%(count)d numbers wait for their contract: calls that come to them are "
        "connected from now on, before their contract begins as well.",
        waiting,
    )
    told = _("The customer's administrators are told by mail.")
    counted = _counted((at_once, served), (before, waiting), (from_then, later))
    return [*counted, told]


def what_was_resumed(numbers: list[GeographicNumber]) -> list[str]:
    """Say what was done to the numbers in service, and to those that are not yet."""
    later = sum(map(_begins_later, numbers))
    served = len(numbers) - later
    back = ngettext(
        "%(count)d number is back in service.",
        "%(count)d numbers are back in service.",
        served,
    )
    to_come = ngettext(
        "%(count)d number is no longer suspended, and not in service yet.",
        "%(count)d numbers are no longer suspended, and not in service yet.",
        later,
    )
    return _counted((back, served), (to_come, later))


def named(numbers: list[GeographicNumber]) -> list[str]:
    """Return a row for each number, with its first day where that is to come."""
    rows = []
    for number in numbers:
        row = f"{display(number.e164)} · {number.tenant}"
        if _begins_later(number):
            row = f"{row} · {later_words(number.serves_from())}"
        rows.append(row)
    return rows
