"""What is mailed when staff stop numbers or bring them back."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from numbers.addresses import numbers_address
from numbers.models import GeographicNumber
from tenants.models import Notice
from tenants.services.notices import Letter, tell_administrators, writes
from vms_portal.kernel.formatting import day_words, display, first_named
from vms_portal.kernel.local_time import local_date

SUSPENDED, RESUMED, ENDED = "numbers.suspended", "numbers.resumed", "numbers.ended"


def tell_of_numbers(
    kind: str,
    numbers: Iterable[GeographicNumber],
    now: dt.datetime,
    **detail: str | list[str],
) -> None:
    """Write one mail to each administrator of each customer, not one a number."""
    customers: dict[int, list[GeographicNumber]] = {}
    for number in numbers:
        customers.setdefault(number.tenant_id, []).append(number)
    for own in customers.values():
        own.sort(key=lambda number: (number.e164, number.activated_on))
        told: dict[str, Any] = {"numbers": [number.e164 for number in own], **detail}
        if kind in (SUSPENDED, RESUMED):
            today = local_date(now)
            told["first_days"] = [_first_day(number, today) for number in own]
        tell_administrators(
            kind, tenant=own[0].tenant, about=own[0].pk, now=now, detail=told
        )


def _first_day(number: GeographicNumber, today: dt.date) -> str | None:
    """Return when the service of a number begins: None if it has, empty if unknown."""
    first = number.serves_from()
    if first is None:
        return ""
    return first.isoformat() if first > today else None


def later_words(first: dt.date | None) -> str:
    """Say from when a number is in service that is not yet; None if unknown."""
    if first is None:
        return _("not in service yet")
    return _("in service from %(day)s") % {"day": day_words(first)}


def _listed(rows: Sequence[str]) -> str:
    return "\n".join(first_named([f"- {row}" for row in rows]))


def _letter(notice: Notice, subject: str, text: str) -> Letter:
    """Fill what is said; ``subject`` in the number that goes with the count."""
    detail, day = notice.detail, notice.detail.get("day")
    begin = detail.get("first_days") or [None] * _count(notice)
    rows = [_row(*pair) for pair in zip(detail["numbers"], begin, strict=True)]
    values = {
        "customer": notice.tenant.name,
        "count": _count(notice),
        "numbers": _listed(rows),
        "reason": detail.get("reason") or "-",
        "day": day_words(dt.date.fromisoformat(day)) if day else "",
        "url": numbers_address([notice.about] if _count(notice) == 1 else []),
    }
    return Letter(subject % values, text % values)


def _row(number: str, first_day: str | None) -> str:
    if first_day is None:
        return display(number)
    first = dt.date.fromisoformat(first_day) if first_day else None
    return f"{display(number)} ({later_words(first)})"


def _count(notice: Notice) -> int:
    return len(notice.detail["numbers"])


@writes(SUSPENDED)
def _suspended(notice: Notice) -> Letter:
    count = _count(notice)
    subject = ngettext(
        "%(count)d number of %(customer)s is suspended",
        "%(count)d numbers of %(customer)s are suspended",
        count,
    )
    text = ngettext(
        "Our staff suspended this number of %(customer)s; calls to it are "
        "not connected:\n\n%(numbers)s\n\nReason: %(reason)s\n\n"
        "Call us if you have questions. Your number: %(url)s",
        "Our staff suspended these numbers of %(customer)s; calls to them are "
        "not connected:\n\n%(numbers)s\n\nReason: %(reason)s\n\n"
        "Call us if you have questions. Your numbers: %(url)s",
        count,
    )
    return _letter(notice, subject, text)


@writes(RESUMED)
def _resumed(notice: Notice) -> Letter:
    count = _count(notice)
    if any(day is not None for day in notice.detail.get("first_days", ())):
        return _resumed_before(notice, count)
    subject = ngettext(
        "%(count)d number of %(customer)s is back in service",
        "%(count)d numbers of %(customer)s are back in service",
        count,
    )
    text = ngettext(
        "Calls to this number of %(customer)s are connected again:\n\n"
        "%(numbers)s\n\nYour number: %(url)s",
        "Calls to these numbers of %(customer)s are connected again:\n\n"
        "%(numbers)s\n\nYour numbers: %(url)s",
        count,
    )
    return _letter(notice, subject, text)


def _resumed_before(notice: Notice, count: int) -> Letter:
    """Say it of numbers some of which are not in service yet."""
    subject = ngettext(
        "%(count)d number of %(customer)s is no longer suspended",
        "%(count)d numbers of %(customer)s are no longer suspended",
        count,
    )
    text = ngettext(
        "This number of %(customer)s is no longer suspended; calls to it are "
        "connected while it is in service:\n\n%(numbers)s\n\nYour number: %(url)s",
        "These numbers of %(customer)s are no longer suspended; calls to them are "
        "connected while they are in service:\n\n%(numbers)s\n\n"
        "Your numbers: %(url)s",
        count,
    )
    return _letter(notice, subject, text)


@writes(ENDED)
def _ended(notice: Notice) -> Letter:
    count = _count(notice)
    subject = ngettext(
        "%(count)d number of %(customer)s ends on %(day)s",
        "%(count)d numbers of %(customer)s end on %(day)s",
        count,
    )
    text = ngettext(
        "The service of this number of %(customer)s ends. Its last day is "
        "%(day)s:\n\n%(numbers)s\n\nReason: %(reason)s",
        "The service of these numbers of %(customer)s ends. Its last day is "
        "%(day)s:\n\n%(numbers)s\n\nReason: %(reason)s",
        count,
    )
    if is_over(notice):
        subject = ngettext(
            "%(count)d number of %(customer)s ended on %(day)s",
            "%(count)d numbers of %(customer)s ended on %(day)s",
            count,
        )
        text = ngettext(
            "The service of this number of %(customer)s has ended. Its last day was "
            "%(day)s:\n\n%(numbers)s\n\nReason: %(reason)s",
            "The service of these numbers of %(customer)s has ended. Its last day was "
            "%(day)s:\n\n%(numbers)s\n\nReason: %(reason)s",
            count,
        )
    yours = ngettext("Your number: %(url)s", "Your numbers: %(url)s", count)
    text = f"{text}\n\n{how_to_object(notice)} {yours}"
    return naming_sites(notice, _letter(notice, subject, text))


def _day(notice: Notice) -> dt.date:
    return dt.date.fromisoformat(notice.detail["day"])


def is_over(notice: Notice) -> bool:
    """Was the day that is told over when it was decided?"""
    return _day(notice) < local_date(notice.created_at)


def how_to_object(notice: Notice) -> str:
    """Say until when to call about an end that is not right."""
    if _day(notice) > local_date(notice.created_at):
        return _("If this is not right, call us before that day.")
    return _("If this is not right, call us at once.")


def naming_sites(notice: Notice, letter: Letter) -> Letter:
    """Add which sites calls skip once their numbers ended; earlier mails name none."""
    sites = notice.detail.get("sites")
    if not sites:
        return letter
    more = _(
        "After that day plans and diversions that name these sites go their next "
        "way, as it is their line:\n\n%(sites)s"
    )
    if is_over(notice):
        more = _(
            "Plans and diversions that name these sites go their next way now, as it "
            "was their line:\n\n%(sites)s"
        )
    more %= {"sites": _listed(sites)}
    return Letter(letter.subject, f"{letter.text}\n\n{more}")
