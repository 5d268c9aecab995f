"""What the back office does for nobody: join, agree, or deliver calls."""

import pytest
from django.db import DatabaseError, connection, transaction

ROWS = {
    "tenants_member": (
        "INSERT INTO tenants_member (tenant_id, user_id, role, is_active, "
        "sees_all_numbers, created_at) SELECT tenant_id, user_id, 'admin', true, "
        "true, now() FROM tenants_member"
    ),
    "billing_agreement": "INSERT INTO billing_agreement DEFAULT VALUES",
    "traffic_quarantinedrecord": "INSERT INTO traffic_quarantinedrecord DEFAULT VALUES",
}


@pytest.mark.parametrize("table", ROWS)
def test_the_back_office_enters_no(admin, acting_as, table):
    with (
        acting_as("vms_staff"),
        pytest.raises(DatabaseError, match=f"permission denied for table {table}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(ROWS[table])
