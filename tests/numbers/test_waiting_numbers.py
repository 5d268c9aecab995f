"""A number of a contract that has not begun waits for it; nothing says otherwise."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from contracts.models import Contract
from numbers.models import NumberState
from numbers.selectors import NumberFilter, find_numbers, list_sites
from vms_portal.kernel.local_time import local_date

LIST = "/numbers/geographicnumber/"


@pytest.fixture
def today() -> dt.date:
    return local_date(timezone.now())


@pytest.fixture(params=["draft", "sent", "agreed", "later"])
def waiting(number, contract, request, today):
    """The number of a contract in a state before its service."""
    begun = today + dt.timedelta(days=3) if request.param == "later" else None
    state = "active" if begun else request.param
    rows = Contract.objects.filter(pk=contract.pk)
    rows.update(state=state, activated_on=begun)
    number.contract.refresh_from_db()
    return number


def test_its_state_says_so(waiting, today):
    assert waiting.state_on(today) == NumberState.WAITING


def test_the_portal_shows_it_waiting(client, waiting, admin, today):
    client.force_login(admin.user)
    page = client.get("/numbers/").content.decode()
    assert "Waiting for the contract" in page
    home = client.get("/").content.decode()
    assert "0 numbers in service" in home
    one = client.get(f"/numbers/{waiting.pk}/").content.decode()
    assert "Waiting for the contract" in one
    site: Any = list_sites(admin, today).get()
    assert site.number_total == 0


@pytest.mark.parametrize(("state", "count"), [("waiting", 1), ("active", 0)])
def test_it_is_found_under_its_state(
    client, staff_client, staff, waiting, admin, today, state, count
):
    found = find_numbers(admin, NumberFilter(state=state), today)
    assert found.count() == count
    staff_client.force_login(staff)
    page = staff_client.get(LIST, {"state": state}).content.decode()
    assert ("+32 2 550 12 00" in page) is bool(count)


def test_a_suspended_one_is_found_as_it_is_called(waiting, admin, today):
    waiting.suspended_at = timezone.now()
    waiting.save()
    assert waiting.state_on(today) == NumberState.SUSPENDED
    for state, count in (("suspended", 1), ("waiting", 0)):
        found = find_numbers(admin, NumberFilter(state=state), today)
        assert found.count() == count


def test_one_that_begins_later_suspended_is_found_as_it_is_called(
    client, staff_client, staff, number, admin, today
):
    """It was called “Starts later”, and found under both."""
    number.activated_on = today + dt.timedelta(days=3)
    number.suspended_at = timezone.now()
    number.save()
    assert number.state_on(today) == NumberState.SUSPENDED
    for state, count in (("suspended", 1), ("later", 0), ("current", 1)):
        found = find_numbers(admin, NumberFilter(state=state), today)
        assert found.count() == count
    client.force_login(admin.user)
    row = client.get("/numbers/").text.split("<tbody")[1]
    assert "Suspended" in row
    assert "Starts later" not in row
    staff_client.force_login(staff)
    listed = staff_client.get(LIST, {"state": "suspended"}).text
    row = listed.split('id="result_list"')[1].split("</table>")[0]
    assert "Suspended" in row
    assert "Starts later" not in row
    # The control: one that is not suspended.
    number.suspended_at = None
    number.save()
    assert number.state_on(today) == NumberState.LATER
    found = find_numbers(admin, NumberFilter(state="later"), today)
    assert found.count() == 1


def test_the_control_is_in_service(number, admin, today):
    assert number.state_on(today) == NumberState.ACTIVE
    assert find_numbers(admin, NumberFilter(state="active"), today).count() == 1
    assert not find_numbers(admin, NumberFilter(state="waiting"), today)
