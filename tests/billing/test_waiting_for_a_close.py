"""Whoever waits for a close that begins holds no row that others wait for.

Else three could wait in a ring: the close for somebody who asked for the first open
day, that one for the row, and who has the row for the close.
"""

import datetime as dt
import io
import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction

from billing.services import contracts
from contracts.models import Contract
from numbers.models import GeographicNumber
from numbers.services import inventory, options
from numbers.services.importing import import_numbers
from tests.support.october import NOW

TODAY = dt.date(2026, 11, 2)
FILE = b"number;site;option;activated_on\n025501298;Uccle;DRS;2026-12-01\n"


def end_a_number(number, staff):
    return inventory.release_number(number=number, last_day=TODAY, actor=staff)


def end_a_contract(number, staff):
    return contracts.terminate(
        contract=number.contract,
        last_day=dt.date(2027, 1, 31),
        reason="x",
        actor=staff,
        now=NOW,
    )


def let_a_contract_go_on(number, staff):
    return contracts.withdraw_end(
        contract=number.contract, reason="x", actor=staff, now=NOW
    )


def add_a_number(number, staff):
    return inventory.add_number(
        contract=number.contract,
        site=number.site,
        e164="+3225501299",
        option="DRS",
        activated_on=TODAY,
        actor=staff,
    )


def change_an_option(number, staff):
    day = dt.date(2026, 12, 1)
    return options.change_option(
        number=number, option="DRS", from_day=day, today=TODAY, actor=staff
    )


def import_some(number, staff):
    return import_numbers(
        file=io.BytesIO(FILE), name="x", contract=number.contract, actor=staff, now=NOW
    )


ACTS = [
    end_a_number,
    end_a_contract,
    let_a_contract_go_on,
    add_a_number,
    change_an_option,
    import_some,
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ACTS)
def test_who_waits_for_a_close_holds_no_row(customers, staff, act):
    number = GeographicNumber.objects.select_related("contract", "site")[0]
    if act is let_a_contract_go_on:
        end_a_contract(number, staff)
    done: list[object] = []

    def beside() -> None:
        # The sample's contract was never agreed: at the very end it cannot go on.
        with suppress(IntegrityError):
            act(number, staff)
        done.append(act)
        connection.close()

    thread = threading.Thread(target=beside)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7265, 0)")
        thread.start()
        thread.join(1)
        assert not done, "it did not wait for the close"
        for model in (Contract, GeographicNumber):
            list(model.objects.select_for_update(nowait=True))
    thread.join(30)
    assert done
