"""The portal shows contracts and writes none, nor their history; nobody deletes."""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, APPEND, Regrant

WRITES = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0003_customer_in_words")]

    operations = [
        Regrant("contracts_contract", staff=(ALL, WRITES), worker=(ALL, WRITES)),
        Regrant(
            "contracts_historicalcontract",
            app=(APPEND, ""), staff=(ALL, APPEND), worker=(ALL, APPEND),
        ),
    ]  # fmt: skip
