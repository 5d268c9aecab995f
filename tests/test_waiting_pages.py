"""A page of the back office that waits for a colleague undoes nothing of theirs."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from billing.models import OneOff, Order, PriceList
from billing.services import contracts
from contracts.models import Contract
from numbers.models import Site
from numbers.services.moving import move_number
from numbers.services.stopping import end_number
from tests.support import sent_forms
from tests.support.october import make_price_list, one_off, order
from tests.support.races import while_waiting
from tests.support.roles import acting_as
from vms_portal.kernel.data.locks import Lock

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = "Somebody else changed this record first. Nothing was saved."
LAST_DAY = dt.date(2099, 12, 31)
ANSWER = {"confirmed": "True", "reason": "Asked"}


@pytest.fixture
def office(staff_client, staff):
    staff.password = make_password("tulips in the rain")
    staff.save()
    staff_client.force_login(staff)
    return staff_client


def page_of(row: Any) -> str:
    return f"/{row._meta.label_lower.replace('.', '/')}/{row.pk}/change/"


def form_of(office, row: Any) -> dict[str, list[str]]:
    page = office.get(page_of(row)).text
    return sent_forms.fields_of(page, f"{row._meta.model_name}_form")


def held(row: Any, **how: bool):
    rows = type(row)._default_manager.select_for_update(**how)
    return as_staff(lambda: rows.get(pk=row.pk))


def as_staff(act):
    """Nobody else may lock or change price lists."""

    def acting() -> Any:
        with acting_as("vms_staff", scope="system"):
            return act()

    return acting


def save_beside(office, row: Any, meanwhile, **typed: Any):
    """Send the page of a row, which waits for the row while something happens."""
    fields = {**form_of(office, row), **ANSWER, **typed}
    send = partial(office.post, page_of(row), fields)
    answer = while_waiting(held(row), meanwhile, send)
    row.refresh_from_db()
    return answer


def is_refused(office, answer) -> bool:
    return FIRST in office.get(answer["Location"]).text


def test_a_contract_that_a_colleague_ends_stays_ended(office, staff, contract, number):
    end = partial(
        contracts.terminate,
        contract=contract,
        last_day=LAST_DAY,
        reason="Moves away",
        actor=staff,
        now=timezone.now(),
    )
    answer = save_beside(office, contract, end, channels="60")
    assert (contract.state, contract.last_day) == ("terminated", LAST_DAY)
    # What nobody else changed is saved.
    assert (contract.channels, is_refused(office, answer)) == (60, False)
    newest = contract.history.latest()
    assert (newest.state, newest.last_day) == ("terminated", LAST_DAY)


def test_the_end_of_a_contract_that_a_colleague_withdraws_stays_away(
    office, staff, contract, number
):
    asked = {"contract": contract, "actor": staff, "reason": "x", "now": timezone.now()}
    contracts.terminate(last_day=LAST_DAY, **asked)
    # Its day alone: that a contract goes on needs an agreement.
    again = partial(Contract.objects.filter(pk=contract.pk).update, last_day=None)
    save_beside(office, contract, again, channels="60")
    assert (contract.last_day, contract.channels) == (None, 60)


@pytest.mark.parametrize("is_changed", [True, False])
def test_an_order_keeps_the_reference_that_a_colleague_gave(
    office, contract, is_changed
):
    asked = order(contract, dt.date(2026, 9, 20))
    given = {"reference": "O-GIVEN"} if is_changed else {"tenant": asked.tenant_id}
    change = partial(Order.objects.filter(pk=asked.pk).update, **given)
    answer = save_beside(office, asked, change, ordered_on="2026-09-21")
    assert (asked.reference == "O-GIVEN") == is_changed
    assert is_refused(office, answer) == is_changed
    assert (asked.ordered_on == dt.date(2026, 9, 21)) != is_changed


def test_work_that_is_put_off_meanwhile_is_not_brought_back(office, contract):
    """Starting a contract locks it, and not the order."""
    work = one_off(contract, "INSTALL", "2026-09-20", "2026-10-05")
    page = page_of(work.order)
    fields = {**form_of(office, work.order), "one_offs-0-quoted_price": "12.50"}
    later = dt.date(2026, 12, 1)

    def put_off() -> None:
        OneOff.objects.filter(pk=work.pk).update(bill_in=later)

    while_waiting(held(contract), put_off, partial(office.post, page, fields))
    work.refresh_from_db()
    assert (work.bill_in, str(work.quoted_price)) == (later, "12.5000")


@pytest.mark.parametrize("is_changed", [True, False])
def test_a_site_keeps_the_street_that_a_colleague_corrects(office, site, is_changed):
    given = {"street": "Rue Neuve 1"} if is_changed else {"slug": site.slug}
    change = partial(Site.objects.filter(pk=site.pk).update, **given)
    answer = save_beside(office, site, change, city="Gent")
    assert (site.street == "Rue Neuve 1") == is_changed
    assert is_refused(office, answer) == is_changed
    assert (site.city == "Gent") != is_changed


def test_a_number_keeps_the_label_that_a_colleague_gives(office, staff, number):
    change = partial(
        move_number, number=number, site=number.site, label="Reception", actor=staff
    )
    answer = save_beside(office, number, change, released_on=LAST_DAY.isoformat())
    assert (number.label, number.released_on) == ("Reception", None)
    assert is_refused(office, answer)
    # The control: from a new page it ends, and keeps its label.
    save_beside(office, number, lambda: None, released_on=LAST_DAY.isoformat())
    assert (number.label, number.released_on) == ("Reception", LAST_DAY)


def test_of_two_who_end_a_number_the_second_reads_so(office, staff, number):
    end = partial(
        end_number,
        number=number,
        last_day=LAST_DAY,
        reason="x",
        actor=staff,
        now=timezone.now(),
    )
    answer = save_beside(office, number, end, released_on="2099-11-30")
    assert answer.status_code == 302
    assert (number.released_on, is_refused(office, answer)) == (LAST_DAY, True)


def test_a_price_list_keeps_the_name_that_a_colleague_gives(office):
    prices = make_price_list("PL-2099", dt.date(2099, 1, 1))
    rows = PriceList.objects.filter(pk=prices.pk)
    change = as_staff(partial(rows.update, reference="PL-GIVEN"))
    answer = save_beside(office, prices, change, valid_from="2099-02-01")
    assert (prices.reference, prices.valid_from.month) == ("PL-GIVEN", 1)
    assert is_refused(office, answer)


def test_a_price_list_that_a_colleague_withdraws_is_gone(office):
    prices = make_price_list("PL-2099", dt.date(2099, 1, 1))
    fields = {**form_of(office, prices), "valid_from": "2099-02-01"}
    withdraw = as_staff(PriceList.objects.filter(pk=prices.pk).delete)
    send = partial(office.post, page_of(prices), fields)
    answer = while_waiting(held(prices), withdraw, send)
    assert (answer.status_code, PriceList.objects.count()) == (302, 0)


@pytest.mark.parametrize("kind", ["contract", "order", "number", "prices"])
def test_a_page_holds_no_row_while_it_waits_for_what_comes_before(
    office, contract, number, kind
):
    """Else whoever waits for the row could hold what the page waits for."""
    make = {
        "contract": lambda: (contract, Lock.MONTHS),
        "number": lambda: (number, Lock.MONTHS),
        "order": lambda: (order(contract, dt.date(2026, 9, 20)), Lock.MONTHS),
        "prices": lambda: (make_price_list("P", dt.date(2099, 1, 1)), Lock.PRICES),
    }
    row, lock = make[kind]()
    fields = {**form_of(office, row), **ANSWER}

    def nobody_has_it() -> None:
        held(row, nowait=True)()

    send = partial(office.post, page_of(row), fields)
    answer = while_waiting(lock.take, nobody_has_it, send)
    assert answer.status_code == 302
