"""Who sees calls: the portal its own, the back office all, ingest across customers."""

from django.db import migrations

from vms_portal.kernel.data.rls import READ, SharedTable, TenantTable

WRITE_ONCE = "SELECT, INSERT, DELETE"
QUEUE = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    dependencies = [("traffic", "0002_partitions")]

    operations = [
        # DELETE serves one case: a conflicting record moves to quarantine.
        TenantTable(
            "traffic_callrecord", app=READ, staff=READ, worker=WRITE_ONCE,
            network=WRITE_ONCE,
        ),
        TenantTable(
            "traffic_contractday", app=READ, staff=READ, worker=QUEUE, network=QUEUE
        ),
        SharedTable("traffic_period", staff=QUEUE, worker=QUEUE, network=QUEUE),
        SharedTable(
            "traffic_quarantinedrecord", app="", staff=QUEUE, worker=QUEUE, network=QUEUE
        ),
        SharedTable(
            "traffic_ingestbatch", app="", staff=READ, worker=QUEUE, network=QUEUE
        ),
    ]  # fmt: skip
