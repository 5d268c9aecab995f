"""Each role keeps what its process reads: these rights were used by none."""

from django.db import migrations

from vms_portal.kernel.data.rls import READ, Regrant


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0028_numbers_come_from_their_series"),
        ("numbers", "0009_last_day_of_its_own"),
        ("tenants", "0030_trails_go_on_step_by_step"),
    ]

    operations = [
        Regrant("numbers_onboardingstep", staff=(READ, "")),
        # The worker anchors the trails, and verifies them.
        Regrant("tenants_auditanchor", app=(READ, ""), staff=(READ, "")),
    ]
