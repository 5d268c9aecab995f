"""Reads that several pages share."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from numbers.models import GeographicNumber, OptionPeriod


def in_force_on(day: dt.date) -> Q:
    """The condition of an option period that holds on ``day``."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def with_option(
    numbers: QuerySet[GeographicNumber], option: str, day: dt.date
) -> QuerySet[GeographicNumber]:
    """Return the numbers that have ``option`` on ``day``."""
    periods = OptionPeriod.objects.filter(number=OuterRef("pk"), option=option)
    return numbers.filter(Exists(periods.filter(in_force_on(day))))
