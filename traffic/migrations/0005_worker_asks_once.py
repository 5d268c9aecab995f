"""Adding up a month's calls asks for the worker's scope once, not at every row."""

from django.db import migrations

from vms_portal.kernel.data.rls import WorkerAsksOnce


class Migration(migrations.Migration):
    dependencies = [("traffic", "0004_keys_by_code_point")]

    operations = [WorkerAsksOnce("traffic_contractday")]
