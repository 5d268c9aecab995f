"""The network connects numbers; whose they are by name it need not know.

It read every customer's address, VAT number and e-mail. Calls come in by the keys
that numbers carry.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import READ, Regrant


class Migration(migrations.Migration):
    dependencies = [("tenants", "0026_staff_or_member_at_once")]

    operations = [Regrant("tenants_tenant", network=(READ, ""))]
