"""No process gives a row its key, in any table there is.

The portal's role could write rows of its customer under keys ahead of the sequence:
whoever came to them later, another customer or the close of a month, was refused.
"""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION keys_are_given() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    source text := pg_get_serial_sequence(
        format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME), 'id');
    given bigint;
    most bigint;
BEGIN
    IF coalesce(nullif(current_setting('role'), 'none'), session_user)
       NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NULL;
    END IF;
    SELECT max(id) INTO most FROM written;
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
# Calls are copied into the tables of their months, which no other process writes.
EACH_TABLE = """
DO $$
DECLARE
    name text;
    event text;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND NOT c.relispartition AND a.attname = 'id' AND a.attidentity <> ''
         ORDER BY c.relname
    LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE'] LOOP
            EXECUTE format({statement}, name || '_keys_' || lower(event), event, name);
        END LOOP;
    END LOOP;
END $$;
"""
MADE = (
    "'CREATE TRIGGER %I AFTER %s ON %I REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION keys_are_given()'"
)
DROPPED = "'DROP TRIGGER IF EXISTS %1$I ON %3$I'"


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("billing", "0025_packs_of_messages"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("numbers", "0009_last_day_of_its_own"),
        ("routing", "0012_caller_rules_without_prefix"),
        ("tenants", "0028_failed_work_keeps_its_shape"),
        ("traffic", "0014_months_of_calls"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[(FUNCTION, None), (EACH_TABLE.format(statement=MADE), None)],
            reverse_sql=[
                (EACH_TABLE.format(statement=DROPPED), None),
                ("DROP FUNCTION keys_are_given()", None),
            ],
        )
    ]
