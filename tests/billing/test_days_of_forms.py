"""Days no service has are refused where they are typed: past them the calendar ends."""

import pytest

from tests.billing.closed_months import text_of
from tests.support.billing_office import url


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "1989-12-31", "2101-01-01"]
)
def test_a_contract_neither_starts_nor_ends_on_such_a_day(
    staff_client, staff, customers, day
):
    staff_client.force_login(staff)
    where = url("contracts_contract_terminate", customers[0].pk)
    form = {"day": day, "reason": "x", "typed": customers[0].reference, "confirmed": 1}

    refused = staff_client.post(where, form)

    assert refused.status_code == 200
    assert "Enter a valid date." in text_of(refused)
    customers[0].refresh_from_db()
    assert customers[0].last_day is None
