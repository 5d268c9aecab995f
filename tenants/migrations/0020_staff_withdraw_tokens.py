"""Who is disabled by staff loses their API tokens, which staff write from now on."""

from django.db import migrations

from vms_portal.kernel.data.rls import Regrant


class Migration(migrations.Migration):
    dependencies = [("tenants", "0019_the_network_has_no_trail")]

    operations = [
        Regrant("tenants_apitoken", staff=("SELECT", "SELECT, UPDATE (revoked_at)")),
    ]
