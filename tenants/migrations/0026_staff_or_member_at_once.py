"""Of two at once, one makes a person staff and one a member, the second is refused.

Each looked for what the other had not committed yet. They take turns over the person.
"""

from django.db import migrations

NO_STAFF_MEMBER = """
CREATE OR REPLACE FUNCTION tenants_no_staff_member() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    {0}
    IF NOT EXISTS (SELECT FROM tenants_user u WHERE u.id = NEW.user_id
                      AND NOT u.is_staff AND NOT u.is_superuser) THEN
        RAISE EXCEPTION 'person % is no member: unknown here, or staff', NEW.user_id
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
NO_MEMBER_STAFF = """
CREATE OR REPLACE FUNCTION tenants_no_member_staff() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    {0}
    IF EXISTS (SELECT FROM tenants_member m WHERE m.user_id = NEW.id) THEN
        RAISE EXCEPTION 'person % works for a customer: staff have an account of '
            'their own', NEW.id USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
# The portal's role may take no lock of its own choice, so it is lent this one.
IN_TURNS = """
CREATE FUNCTION tenants_in_turns(person bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(7273, $1::integer)
$$;
REVOKE ALL ON FUNCTION tenants_in_turns(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_in_turns(bigint) TO vms_app, vms_staff, vms_worker;
"""
TURNS = "PERFORM public.tenants_in_turns(NEW.{});"


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0025_failed_work_by_reporter"),
        ("billing", "0014_names_are_ours"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[(IN_TURNS, None)],
            reverse_sql=[("DROP FUNCTION tenants_in_turns(bigint)", None)],
        ),
        migrations.RunSQL(
            sql=[(NO_STAFF_MEMBER.format(TURNS.format("user_id")), None)],
            reverse_sql=[(NO_STAFF_MEMBER.format(""), None)],
        ),
        migrations.RunSQL(
            sql=[(NO_MEMBER_STAFF.format(TURNS.format("id")), None)],
            reverse_sql=[(NO_MEMBER_STAFF.format(""), None)],
        ),
    ]
