"""How often the busy pages ask the database: rarely, and no more for more rows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from routing.services import forwarding
from tests.routing.conftest import MOBILE, library, make_live, schedule
from tests.support.calls import make_call

__all__ = ["library"]
MOST = {
    "numbers:home": 12,
    "numbers:number_list": 14,
    "routing:number_detail": 15,
    "traffic:statistics": 10,
    "traffic:call_list": 11,
}
HOUR = dt.timedelta(hours=1)
FEW, MANY = 2, 12


def address(name, number):
    args = [number.pk] if name == "routing:number_detail" else []
    return reverse(name, args=args)


def statements(client, url):
    """What the portal asks, from the session to the end of its transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    asked = [query["sql"] for query in captured]
    begins = next(n for n, sql in enumerate(asked) if "django_session" in sql)
    ends = max(n for n, sql in enumerate(asked) if sql.startswith("RELEASE "))
    # Inside the test's own transaction the row scope is taken back; else it ends.
    assert asked[ends - 1].startswith("SELECT set_config(")
    return [*asked[begins : ends - 1], asked[ends]]


@pytest.fixture
def fill(contract, site, make_number, editor, library):
    """Numbers that are planned, in part diverted, with calls."""

    def make(count, start=0):
        now = timezone.now()
        made = []
        for index in range(start, start + count):
            number = make_number(contract, site, f"+322550{1300 + index}")
            make_live(number, schedule(MOBILE), editor, now)
            make_call(number, now - HOUR)
            made.append(number)
        forwarding.divert(
            numbers=made[:1],
            destination=MOBILE,
            member=editor,
            now=now,
            until=now + HOUR,
        )
        return made

    return make


@pytest.mark.parametrize("name", MOST)
def test_a_page_takes_few_statements_however_many_rows(client, editor, fill, name):
    number = fill(FEW)[0]
    client.force_login(editor.user)
    url = address(name, number)
    client.get(url)  # ticks a first step, once
    few = statements(client, url)
    fill(MANY, start=FEW)
    many = statements(client, url)
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= MOST[name], "\n".join(many)


def test_a_list_of_numbers_without_a_plan_reads_nothing_that_plans_share(
    client, editor, contract, site, make_number
):
    for index in range(FEW):
        make_number(contract, site, f"+322550{1300 + index}")
    client.force_login(editor.user)
    asked = statements(client, address("numbers:number_list", None))
    assert not [sql for sql in asked if "routing_calendar" in sql]
    assert len(asked) <= MOST["numbers:number_list"] - 3, "\n".join(asked)


def test_the_list_counts_its_numbers_without_the_columns_it_shows(client, editor, fill):
    fill(FEW)
    client.force_login(editor.user)
    asked = statements(client, address("numbers:number_list", None))
    (count,) = [sql for sql in asked if "COUNT(*)" in sql]
    assert "JOIN" not in count


@pytest.mark.parametrize("name", MOST)
def test_no_page_joins_the_person_who_asks(client, editor, fill, name):
    number = fill(FEW)[-1]
    client.force_login(editor.user)
    asked = statements(client, address(name, number))
    (memberships,) = [sql for sql in asked if 'FROM "tenants_member" ' in sql]
    assert "tenants_user" not in memberships
