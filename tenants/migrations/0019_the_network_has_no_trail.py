"""The network records no act of anybody: no audit trail is its to read or to write.

It saw those of all customers, with people's names and addresses, and could move the
end of each chain.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import APPEND, Regrant

HEAD = "SELECT, INSERT, UPDATE (sequence, hash)"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0018_sessions_by_their_key")]

    operations = [
        Regrant("tenants_auditevent", network=(APPEND, "")),
        Regrant("tenants_audithead", network=(HEAD, "")),
    ]
