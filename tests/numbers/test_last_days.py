"""The last day a number was given by itself, and that of its contract."""

import datetime as dt
from importlib import import_module

import pytest
from django.db import connection, transaction

from contracts.models import Contract
from numbers.models import GeographicNumber

DAY = dt.date(2026, 12, 31)


@pytest.mark.django_db(transaction=True)
def test_numbers_that_ended_before_their_contract_have_a_day_of_their_own(
    contract, site, make_number, acting_as
):
    Contract.objects.filter(pk=contract.pk).update(state="terminated", last_day=DAY)
    make_number(contract, site, "+3225501201", released_on=DAY - dt.timedelta(1))
    make_number(contract, site, "+3225501202", released_on=DAY)
    make_number(contract, site, "+3225501203")
    migration = import_module("numbers.migrations.0009_last_day_of_its_own")
    with transaction.atomic(), acting_as("vms_owner"), connection.cursor() as cursor:
        cursor.execute(migration.OWN)
    rows = GeographicNumber.objects.order_by("e164")
    days = list(rows.values_list("own_last_day", flat=True))
    assert days == [DAY - dt.timedelta(1), None, None]
