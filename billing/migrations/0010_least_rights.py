"""A summary and a customer's month are never deleted."""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, Regrant

WRITES = "SELECT, INSERT, UPDATE"
TABLES = ("billing_contractsummary", "billing_customermonth")


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_price_lists_to_come")]

    operations = [
        Regrant(table, staff=(ALL, WRITES), worker=(ALL, WRITES)) for table in TABLES
    ]
