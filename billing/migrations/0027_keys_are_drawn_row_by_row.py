"""A key that no sequence drew is refused before its row is written, not after.

The rows of a statement that took long stood in the index until it was refused at its
end: whoever came to their keys meanwhile waited, or gave up.
"""

from importlib import import_module

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION key_is_given() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    key bigint;
    drawn bigint;
BEGIN
    IF coalesce(nullif(current_setting('role'), 'none'), session_user)
       NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF TG_ARGV[0] = 'id' THEN
            key := NEW.id;
        ELSIF TG_ARGV[0] = 'history_id' THEN
            key := NEW.history_id;
        ELSE
            EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO key USING NEW;
        END IF;
        BEGIN
            drawn := currval(TG_ARGV[1]);
        EXCEPTION WHEN object_not_in_prerequisite_state THEN
            drawn := NULL;  -- This session has drawn none yet.
        END;
        IF key = drawn THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the keys of % are given by the database', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
REVOKE ALL ON FUNCTION key_is_given() FROM PUBLIC;
"""
# In the place of the triggers there are, of the same names: no moment is without, and
# rows are read meanwhile.
EACH_TABLE = """
DO $$
DECLARE
    name text;
    key text;
BEGIN
    FOR name, key IN
        SELECT c.relname, a.attname
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND NOT c.relispartition AND a.attidentity <> ''
         ORDER BY c.relname
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$I BEFORE INSERT ON %2$I '
            'FOR EACH ROW EXECUTE FUNCTION key_is_given(%3$L, %4$L)',
            name || '_keys_insert', name, key,
            pg_get_serial_sequence(format('public.%I', name), key));
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER %1$I BEFORE UPDATE OF %3$I ON %2$I FOR EACH ROW '
            'WHEN (NEW.%3$I IS DISTINCT FROM OLD.%3$I) '
            'EXECUTE FUNCTION key_is_given(%3$L)',
            name || '_keys_update', name, key);
        COMMIT;
    END LOOP;
END $$;
"""
BEFORE = import_module("billing.migrations.0026_no_process_gives_keys")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("billing", "0026_no_process_gives_keys")]

    operations = [
        migrations.RunSQL(
            sql=[
                (FUNCTION, None),
                (EACH_TABLE, None),
                ("DROP FUNCTION IF EXISTS keys_are_given()", None),
            ],
            reverse_sql=[
                (BEFORE.FUNCTION, None),
                (BEFORE.EACH_TABLE.format(statement=BEFORE.MADE), None),
                ("DROP FUNCTION IF EXISTS key_is_given()", None),
            ],
        )
    ]
