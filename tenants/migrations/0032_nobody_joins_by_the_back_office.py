"""Each role writes what the code of its process does: nothing used these rights.

By one of them the back office made anybody an administrator of any customer, without
an event; by another it agreed to a contract in the customer's name.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import APPEND, READ, Regrant

WRITE = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0031_months_close_in_their_turn"),
        ("tenants", "0031_rights_nobody_uses"),
        ("traffic", "0016_months_close_step_by_step"),
    ]

    operations = [
        Regrant("tenants_member", staff=(APPEND, READ)),
        Regrant("billing_agreement", staff=(APPEND, READ)),
        Regrant("traffic_quarantinedrecord", staff=(WRITE, "SELECT, UPDATE")),
    ]
