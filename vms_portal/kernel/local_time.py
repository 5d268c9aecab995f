"""Belgian local time: rules and months follow it, the database stores UTC."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
# What a person can mean. Far outside, the calendar ends.
YEARS = range(2000, 2100)
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)


def local_date(instant: dt.datetime) -> dt.date:
    """Return the Brussels date of an aware instant."""
    return instant.astimezone(BRUSSELS).date()


def midnight(day: dt.date) -> dt.datetime:
    """Return the instant at which ``day`` begins in Brussels, in UTC."""
    return dt.datetime.combine(day, dt.time(), BRUSSELS).astimezone(dt.UTC)


def first_of_month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def next_month(day: dt.date) -> dt.date:
    """Return the first day of the month after ``day``'s."""
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def first_from(day: dt.date) -> dt.date:
    """Return ``day`` when it begins a month, else the first of the next."""
    return day if day.day == 1 else next_month(day)


def month_after(day: dt.date) -> dt.date:
    """Return the same day of the next month, or that month's last."""
    following = next_month(day)
    last = next_month(following) - dt.timedelta(days=1)
    return following.replace(day=min(day.day, last.day))


def parse_month(text: str) -> dt.date:
    """Return the first day of ``YYYY-MM``; ValueError says what is wrong."""
    try:
        if not MONTH.fullmatch(text):
            raise ValueError(text)
        month = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError(f"{text!r} is not a month: write it as YYYY-MM.") from None
    if month.year not in YEARS:
        raise ValueError(f"{text!r} is not a month of this century.")
    return month


def parse_instant(text: str) -> dt.datetime:
    """Return the aware instant of an ISO 8601 text; ValueError says what is wrong."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an instant: write it as 2026-10-01T09:00:00Z."
        ) from None
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset: add Z or +01:00.")
    if instant.year not in YEARS:
        raise ValueError(f"{text!r} is not an instant of this century.")
    return instant.astimezone(dt.UTC)
