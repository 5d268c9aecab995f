"""A notice is made by whose act it tells of, and noted as sent by the worker alone.

The back office could have it sent to somebody else, or call it sent; nobody deletes one.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, APPEND, Regrant

SENT = f"{APPEND}, UPDATE (address, sent_at, refused_at, problem)"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0032_nobody_joins_by_the_back_office")]

    operations = [
        Regrant("tenants_notice", staff=(ALL, APPEND), worker=(ALL, SENT)),
        migrations.RunSQL(
            sql="REVOKE EXECUTE ON FUNCTION tenants_in_turns(bigint), "
            "tenants_invite_in_turns(bigint) FROM vms_worker",
            reverse_sql="GRANT EXECUTE ON FUNCTION tenants_in_turns(bigint), "
            "tenants_invite_in_turns(bigint) TO vms_worker",
        ),
    ]
