"""Reads that several pages share. All start from what the member may see."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Greatest

from contracts.models import Contract
from numbers.models import GeographicNumber, Line, OptionPeriod, Site
from numbers.models.geographic_number import in_service
from numbers.notation.searching import number_matches
from tenants.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

# What the list can be sorted by: the parameter of the URL, the columns.
ORDERS = {
    "number": ("e164",),
    "label": ("label", "e164"),
    "site": ("site__name", "e164"),
    "from": ("activated_on", "e164"),
}


@dataclass(frozen=True, slots=True)
class NumberFilter:
    """What a person looks for.

    ``state``: current, active, waiting, suspended, later, ended.
    """

    text: str = ""
    site: str = ""
    option: str = ""
    state: str = "current"
    order: str = "number"


class ListColumns(TypedDict):
    """``option`` None: of a number without any."""

    site_name: str
    option: str | None
    is_waiting: bool


class NumberTotal(TypedDict):
    number_total: int


def by_digits(
    numbers: Iterable[GeographicNumber], day: dt.date
) -> dict[str, GeographicNumber]:
    """Return what digits mean on ``day``: the one in service, the next, or the last.

    Digits end and begin again, with the next contract for one.
    """
    meant: dict[str, GeographicNumber] = {}
    for number in sorted(numbers, key=lambda one: one.activated_on):
        before = meant.get(number.e164)
        if before is None or before.has_ended_by(day):
            meant[number.e164] = number
    return meant


def in_force_on(day: dt.date | Greatest) -> Q:
    """The condition of an option period that holds on ``day``."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def with_option(
    numbers: QuerySet[GeographicNumber], option: str, day: dt.date
) -> QuerySet[GeographicNumber]:
    """Return the numbers that have ``option`` on ``day``."""
    periods = OptionPeriod.objects.filter(number=OuterRef("pk"), option=option)
    return numbers.filter(Exists(periods.filter(in_force_on(day))))


def _listed_options(today: dt.date) -> QuerySet[OptionPeriod]:
    """Return a number's option of today, or the first of one that is to come.

    For a subquery of numbers: what a list shows, it finds.
    """
    day = Greatest(Value(today), OuterRef("activated_on"))
    periods = OptionPeriod.objects.filter(number=OuterRef("pk"))
    return periods.filter(in_force_on(day))


def in_state(
    numbers: QuerySet[GeographicNumber], state: str, today: dt.date
) -> QuerySet[GeographicNumber]:
    """Return the numbers in a state of ``NumberFilter``; any other text: all."""
    ended = Q(released_on__lt=today)
    if state == "current":
        return numbers.exclude(ended)
    if state == "active":
        return served_on(numbers, today).filter(suspended_at=None)
    if state == "waiting":
        # They would be in service, had their contract begun.
        has_begun = Q(contract__activated_on__lte=today)
        return numbers.filter(in_service(today), suspended_at=None).exclude(has_begun)
    if state == "suspended":
        return numbers.exclude(ended).filter(suspended_at__isnull=False)
    if state == "later":
        return numbers.filter(activated_on__gt=today, suspended_at=None)
    return numbers.filter(ended) if state == "ended" else numbers


def served_on(
    numbers: QuerySet[GeographicNumber], day: dt.date
) -> QuerySet[GeographicNumber]:
    """Return the numbers in service on ``day`` under a contract that has begun."""
    return numbers.filter(in_service(day), contract__activated_on__lte=day)


def find_numbers(
    member: Member | None, wanted: NumberFilter, today: dt.date
) -> QuerySet[GeographicNumber]:
    """Return the member's numbers that fit, in order."""
    mine = GeographicNumber.objects.visible_to(member)
    numbers: QuerySet[GeographicNumber] = mine.filter(number_matches(wanted.text))
    if wanted.site:
        numbers = numbers.filter(site__slug=wanted.site)
    if wanted.option:
        options = _listed_options(today).filter(option=wanted.option)
        numbers = numbers.filter(Exists(options))
    columns = ORDERS.get(wanted.order.removeprefix("-"), ORDERS["number"])
    backwards = wanted.order.startswith("-")
    order = [F(c).desc() if backwards else F(c).asc() for c in columns]
    return in_state(numbers, wanted.state, today).order_by(*order, "pk")


def with_list_columns(
    numbers: QuerySet[GeographicNumber], today: dt.date
) -> "QuerySet[WithAnnotations[GeographicNumber, ListColumns]]":
    """Add ``site_name``, ``option`` and ``is_waiting``, which is for the contract.

    The option is today's, or the first of a number that is to come.

    Columns instead of rows of their own: a list of 50 asks once.
    """
    begun = Contract.objects.filter(
        pk=OuterRef("contract"), activated_on__lte=Value(today)
    )
    return numbers.annotate(
        site_name=F("site__name"),
        # Of one number each: a join is made for all, before the page is cut out.
        option=Subquery(_listed_options(today).values("option")[:1]),
        is_waiting=~Exists(begun),
    )


def with_export_rows(
    numbers: QuerySet[GeographicNumber],
) -> QuerySet[GeographicNumber]:
    """Read site, contract and option periods along."""
    related = numbers.select_related("site", "contract")
    return related.prefetch_related("option_periods")


def ending_with(contract: Contract, last_day: dt.date) -> QuerySet[GeographicNumber]:
    """Return the contract's numbers that are in service after ``last_day``."""
    own = GeographicNumber.objects.filter(contract=contract)
    return own.filter(Q(released_on=None) | Q(released_on__gt=last_day))


@dataclass(frozen=True, slots=True)
class Starting:
    """How many numbers a first day of their contract finds in which state."""

    served: int
    suspended: int
    later: int


def starting_with(contract: Contract, day: dt.date) -> Starting:
    """Count the contract's numbers, should it begin on ``day``; not those that ended.

    Those that are suspended are paid for as well.
    """
    own = GeographicNumber.objects.filter(contract=contract)
    begun = own.in_service_on(day)
    return Starting(
        begun.filter(suspended_at=None).count(),
        begun.exclude(suspended_at=None).count(),
        own.filter(activated_on__gt=day).count(),
    )


def list_sites(
    member: Member | None, today: dt.date
) -> "QuerySet[WithAnnotations[Site, NumberTotal]]":
    """Return the member's sites with ``number_total`` in service, and their lines."""
    mine = served_on(GeographicNumber.objects.visible_to(member), today)
    counted = Count(
        "geographic_numbers",
        filter=Q(geographic_numbers__in=mine.values("pk")),
        distinct=True,
    )
    lines = Prefetch("lines", Line.objects.visible_to(member))
    sites = Site.objects.visible_to(member).annotate(number_total=counted)
    return sites.prefetch_related(lines).order_by("name", "pk")
