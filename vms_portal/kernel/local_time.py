"""Belgian local time: rules and months follow it, the database stores UTC."""

import datetime as dt
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


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


def parse_month(text: str) -> dt.date:
    """Return the first day of ``YYYY-MM``; ValueError says what is wrong."""
    try:
        return dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"{text!r} is not a month: write it as YYYY-MM.") from None


def parse_instant(text: str) -> dt.datetime:
    """Return the aware instant of an ISO 8601 text with an offset."""
    instant = dt.datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset: add Z or +01:00.")
    return instant.astimezone(dt.UTC)
