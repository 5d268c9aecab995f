"""Until when a line rings is asked and told as calls are compiled."""

import datetime as dt
import html

import pytest

from numbers.models import Line, Site
from routing.decisions.ended_digits import ended_digits
from routing.models import KnownDestination
from tests.numbers.test_lines_chosen_again import ANSWER, page, sent
from tests.support.ended_lines import DAY, ELSEWHERE, GONE, noon
from tests.support.mails import send_due
from vms_portal.kernel.formatting import day_words
from vms_portal.kernel.local_time import local_date, midnight

ENDS = "+32 4 250 13 88 is a number of the customer that ends on"


def choose(acme, gent, editor, told_on: int | None, used_on: int | None) -> None:
    """Days on which Gent got the line, and on which the customer typed the digits."""
    told_at = None if told_on is None else noon(told_on)
    Line.objects.filter(site=gent).update(e164=GONE, told_at=told_at)
    if used_on is not None:
        first = midnight(local_date(noon(used_on)))
        KnownDestination.objects.create(
            tenant=acme, e164=GONE, first_used_at=first, added_by=editor.user
        )


def ended_from(acme, today: dt.date) -> int | None:
    """The first of the coming days on which calls do not go to the line."""
    days = (n for n in range(20) if GONE in ended_digits(acme, today + n * DAY))
    return next(days, None)


@pytest.mark.parametrize(
    ("orders", "told_on", "used_on", "until"),
    [
        # Called off on its first day, today, and chosen by Gent before.
        ([(-6, -6), (0, 0)], -3, None, None),
        ([(-6, -6), (0, 0)], None, -3, None),
        ([(-6, -6), (0, 0), (6, 8)], -3, None, 8),
        # The customer chose the digits for a later day.
        ([(-1, 3)], None, 4, None),
        ([(-1, 3), (6, 8)], None, 4, 8),
        # The controls: nobody chose them, or too early, or late; or the choice of
        # today stands.
        ([(-6, -6), (0, 0)], None, None, 0),
        ([(-1, 3)], -3, 2, 3),
        ([(-1, 3)], None, 6, 3),
        ([(-1, 3), (4, 8)], None, None, 8),
        ([(3, 3)], None, None, None),
    ],
)
def test_the_question_and_the_mail_name_the_last_day_of_calls(
    fresh_office,
    acme,
    gent,
    editor,
    admin,
    now,
    was_theirs,
    orders,
    told_on,
    used_on,
    until,
):
    today = local_date(now)
    for first, last in orders:
        was_theirs(first, last)
    choose(acme, gent, editor, told_on, used_on)
    hal = Site.objects.create(tenant=acme, name="Hal", slug="hal")
    Line.objects.create(tenant=acme, site=hal, e164=ELSEWHERE)
    form = sent(hal)
    asked = html.unescape(fresh_office.post(page(hal), form).text)
    assert fresh_office.post(page(hal), form | ANSWER).status_code == 302
    (mail,) = send_due()
    day = None if until is None else day_words(today + until * DAY)
    assert (ENDS in asked) is (day is not None)
    assert day is None or f"{ENDS} {day}." in asked
    said = f" until {day}" if day else ""
    assert f"- Hal: +32 4 250 13 88{said} (before: +32 9 250 13 00)\n" in mail.body
    assert ended_from(acme, today) == (None if until is None else until + 1)
