"""Spans of Brussels days, as the filters of pages, exports and figures name them."""

import datetime as dt
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from vms_portal.kernel.local_time import BRUSSELS, first_of_month, local_date, midnight

DAY = dt.timedelta(days=1)


class PeriodChoice(models.TextChoices):
    TODAY = "today", _("Today")
    YESTERDAY = "yesterday", _("Yesterday")
    WEEK = "week", _("Last 7 days")
    DAYS30 = "days30", _("Last 30 days")
    MONTH = "month", _("This month")
    LAST_MONTH = "last_month", _("Last month")
    OWN = "own", _("Custom")


@dataclass(frozen=True, slots=True)
class Span:
    """Brussels days from ``first`` to ``last``, both included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> dt.datetime:
        """The first instant, UTC."""
        return midnight(self.first)

    @property
    def end(self) -> dt.datetime:
        """The first instant after it, UTC."""
        return midnight(self.last + DAY)

    def before(self) -> "Span":
        """Return as many days just before it."""
        return self.earlier(self.days)

    def earlier(self, days: int) -> "Span":
        shift = dt.timedelta(days=days)
        return Span(self.first - shift, self.last - shift)


def span_of(period: str, today: dt.date) -> Span:
    """Return the days of a named period; ``OWN`` has none by itself."""
    month = first_of_month(today)
    return {
        PeriodChoice.TODAY: Span(today, today),
        PeriodChoice.YESTERDAY: Span(today - DAY, today - DAY),
        PeriodChoice.WEEK: Span(today - 6 * DAY, today),
        PeriodChoice.DAYS30: Span(today - 29 * DAY, today),
        PeriodChoice.MONTH: Span(month, today),
        PeriodChoice.LAST_MONTH: Span(first_of_month(month - DAY), month - DAY),
    }[PeriodChoice(period)]


def same_moment(now: dt.datetime, days_earlier: int) -> dt.datetime:
    """Return the same Brussels time of day that many days before, in UTC."""
    day = local_date(now) - dt.timedelta(days=days_earlier)
    local = now.astimezone(BRUSSELS)
    moment = dt.datetime.combine(day, local.time(), BRUSSELS)
    return moment.astimezone(dt.UTC)
