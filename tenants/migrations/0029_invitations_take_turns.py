"""Of two who invite the same address at once, the second withdraws the first's offer.

Each looked for an open one that the other had not committed yet. They take turns
over the customer.
"""

from django.db import migrations

# The portal's role may take no lock of its own choice, so it is lent this one.
INVITE_IN_TURNS = """
CREATE FUNCTION tenants_invite_in_turns(customer bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(7274, $1::integer)
$$;
REVOKE ALL ON FUNCTION tenants_invite_in_turns(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_invite_in_turns(bigint)
    TO vms_app, vms_staff, vms_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0028_failed_work_keeps_its_shape")]

    operations = [
        migrations.RunSQL(
            sql=[(INVITE_IN_TURNS, None)],
            reverse_sql=[("DROP FUNCTION tenants_invite_in_turns(bigint)", None)],
        ),
    ]
