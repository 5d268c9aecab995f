"""Row level security of contracts: the portal reads them, staff and jobs write."""

from django.db import migrations

from vms_portal.kernel.data.rls import APPEND, READ, TenantTable


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        TenantTable("contracts_contract", app=READ),
        TenantTable("contracts_historicalcontract", app=APPEND, network=""),
    ]
