"""A token or an invitation is seen by whoever presents its hash, before the
customer is known. Forced row level security blinds a SECURITY DEFINER function of
the owner too, so the look-up is a policy."""

from django.db import migrations

CONDITION = "token_hash = nullif(current_setting('app.presented', true), '')"
TABLES = ("tenants_apitoken", "tenants_invitation")


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_row_security")]

    operations = [
        migrations.RunSQL(
            sql=f"CREATE POLICY app_presented ON {table} "
            f"FOR SELECT TO vms_app USING ({CONDITION})",
            reverse_sql=f"DROP POLICY app_presented ON {table}",
        )
        for table in TABLES
    ]
