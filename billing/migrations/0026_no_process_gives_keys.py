"""No process gives a row its key, in any table there is.

The portal's role could write rows of its customer under keys ahead of the sequence:
whoever came to them later, another customer or the close of a month, was refused.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION keys_are_given() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    source text := pg_get_serial_sequence(
        format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), TG_ARGV[0]);
    given bigint;
    most bigint;
BEGIN
    IF coalesce(nullif(current_setting('role'), 'none'), session_user)
       NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT max(%I) FROM written', TG_ARGV[0]) INTO most;
    IF most IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE 'SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM ' || source
       INTO given;
    IF most > given THEN
        RAISE EXCEPTION 'the keys of % are given by the database', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION keys_are_given() FROM PUBLIC;
"""
# Calls are copied into the tables of their months, which no other process writes. Each
# table is done for itself: whoever writes to several waits for none of the others.
EACH_TABLE = """
DO $$
DECLARE
    name text;
    key text;
    event text;
BEGIN
    FOR name, key IN
        SELECT c.relname, a.attname
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND NOT c.relispartition AND a.attidentity <> ''
         ORDER BY c.relname
    LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE'] LOOP
            EXECUTE format(
                {statement}, name || '_keys_' || lower(event), event, name, key);
        END LOOP;
        COMMIT;
    END LOOP;
END $$;
"""
MADE = (
    "'CREATE OR REPLACE TRIGGER %1$I AFTER %2$s ON %3$I REFERENCING NEW TABLE AS "
    "written FOR EACH STATEMENT EXECUTE FUNCTION keys_are_given(%4$L)'"
)
DROPPED = "'DROP TRIGGER IF EXISTS %1$I ON %3$I'"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("billing", "0025_packs_of_messages"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("numbers", "0009_last_day_of_its_own"),
        ("routing", "0013_revisions_of_the_clock"),
        ("tenants", "0028_failed_work_keeps_its_shape"),
        ("traffic", "0014_months_of_calls"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[(FUNCTION, None), (EACH_TABLE.format(statement=MADE), None)],
            reverse_sql=[
                (EACH_TABLE.format(statement=DROPPED), None),
                ("DROP FUNCTION IF EXISTS keys_are_given()", None),
            ],
        )
    ]
