"""Who writes while a close begins is waited for and billed, or told it closes."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import ContractOption, InvoiceLine
from billing.services import closing
from tests.billing.closed_months import INSIDE, begin, close
from tests.support.october import NOW, OCTOBER


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["option", "number"])
def test_a_close_waits_for_who_writes_and_bills_it(october, customers, kind):
    done: list[str] = []

    def start() -> None:
        closing.start_close(month=OCTOBER, now=NOW)
        done.append("closing")
        connection.close()

    with transaction.atomic():
        begin(customers[0], kind, INSIDE)
        beside = threading.Thread(target=start)
        beside.start()
        beside.join(1)
        assert not done, "the close did not wait"
    beside.join(30)
    assert done == ["closing"]

    close()
    usage = closing.usage_by_tenant(OCTOBER, [customers[0].tenant_id])
    counts = usage[customers[0].tenant_id]["contracts"][str(customers[0].pk)]
    codes = set(InvoiceLine.objects.values_list("code", flat=True))
    if kind == "option":
        assert "REC_500MB" in codes
    else:
        assert counts["numbers"][-1]["count"] == 21


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_a_close_begins_sees_it_closing(october, customers):
    """A second connection holds the close in its transaction."""
    outcome: list[object] = []

    def enter() -> None:
        try:
            begin(customers[0], "option", INSIDE)
        except IntegrityError as error:
            outcome.append(error)
        else:
            outcome.append("stored")
        connection.close()

    with transaction.atomic():
        closing.start_close(month=OCTOBER, now=NOW)
        beside = threading.Thread(target=enter)
        beside.start()
        beside.join(1)
        assert not outcome, "the writer did not wait"
    beside.join(30)
    assert isinstance(outcome[0], IntegrityError)
    assert ContractOption.objects.count() == 1
