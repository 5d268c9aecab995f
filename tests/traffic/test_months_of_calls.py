"""Tables of calls are made and put away for the months they may be, whoever asks."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from traffic.ingest.record import EARLIEST
from traffic.models import Period
from vms_portal.kernel.local_time import first_of_month, local_date, next_month

pytestmark = pytest.mark.django_db
ROLES = ("vms_worker", "vms_network")
OLD = dt.date(2024, 2, 1)
THIS = first_of_month(local_date(timezone.now()))


def ask(statement: str, *values: Any) -> object:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def make(month: object) -> object:
    return ask("SELECT traffic_make_partition(%s::date)", month)


def detach(month: object) -> object:
    return ask("SELECT traffic_detach_partition(%s::date)", month)


def enter(month: object) -> object:
    return ask(
        "INSERT INTO traffic_period (month, state) VALUES (%s, 'open') RETURNING month",
        month,
    )


def months_before(month: dt.date, count: int) -> dt.date:
    for _ in range(count):
        month = first_of_month(month - dt.timedelta(days=1))
    return month


AHEAD = THIS.replace(year=THIS.year + 10)
TOO_LATE = next_month(next_month(AHEAD))
IMPOSSIBLE = [
    "9999-12-01",
    "1900-01-01",
    "2019-12-01",
    "infinity",
    "-infinity",
    "0044-03-15 BC",
    None,
    TOO_LATE.isoformat(),
]


@pytest.mark.parametrize("month", IMPOSSIBLE)
@pytest.mark.parametrize("role", ROLES)
def test_no_table_is_made_for_a_month_no_call_is_of(acting_as, role, month):
    with acting_as(role), pytest.raises(DatabaseError, match="no call can be of"):
        make(month)


@pytest.mark.parametrize("role", ROLES)
def test_no_such_month_is_entered_for_billing(acting_as, role):
    """An early one would have to be closed first; a late one stands in every list."""
    for month in ("9999-12-01", "1900-01-01", TOO_LATE):
        with acting_as(role), pytest.raises(IntegrityError, match="no call can be of"):
            enter(month)


def test_the_back_office_enters_a_month_as_it_begins_to_close_it(acting_as):
    with acting_as("vms_staff"):
        assert enter(THIS)


@pytest.mark.parametrize("role", ROLES)
def test_what_ingest_takes_has_its_month(acting_as, role):
    first = dt.date.fromisoformat(EARLIEST[:10])
    with acting_as(role):
        for month in (first, OLD, THIS, next_month(THIS), AHEAD):
            assert make(month)
            assert enter(month)


@pytest.fixture
def kept():
    """``kept(month, state)``: a month with its table, as the close left it."""

    def arrange(month: dt.date, state: str) -> None:
        make(month)
        Period.objects.create(month=month, state=state)

    return arrange


def is_attached(month: dt.date) -> bool:
    return ask(
        "SELECT relispartition FROM pg_class WHERE relname = %s",
        f"traffic_callrecord_{month:%Y_%m}",
    ) == (True,)


@pytest.mark.parametrize("state", ["open", "closing"])
def test_calls_to_be_billed_are_not_put_away(acting_as, kept, state):
    kept(OLD, state)
    with acting_as("vms_worker"), pytest.raises(DatabaseError, match="are not billed"):
        detach(OLD)
    assert is_attached(OLD)


def test_nor_those_of_a_month_that_was_never_entered(acting_as):
    make(OLD)
    with acting_as("vms_worker"), pytest.raises(DatabaseError, match="are not billed"):
        detach(OLD)
    assert is_attached(OLD)


@pytest.mark.parametrize("age", [0, 1, 12, 13])
def test_calls_of_the_last_year_are_not_put_away(acting_as, kept, age):
    month = months_before(THIS, age)
    kept(month, "closed")
    with acting_as("vms_worker"), pytest.raises(DatabaseError, match="thirteen months"):
        detach(month)
    assert is_attached(month)


def test_calls_long_billed_are_put_away(acting_as, kept):
    """The control, at the first month that may."""
    month = months_before(THIS, 14)
    kept(month, "closed")
    with acting_as("vms_worker"):
        detach(month)
    assert not is_attached(month)


def test_the_network_puts_nothing_away(acting_as, kept):
    kept(OLD, "closed")
    with acting_as("vms_network"), pytest.raises(DatabaseError, match="permission"):
        detach(OLD)
