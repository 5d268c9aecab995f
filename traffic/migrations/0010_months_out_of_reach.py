"""A month of calls is read through its parent; detached, by nobody.

A partition has no policies of its own: whoever may read it reads every customer's
calls. Ingest copies into it and needs no more.
"""

from django.db import migrations

LEAVES = """
SELECT c.oid::regclass AS leaf FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
   AND c.relname ~ '^traffic_callrecord_\\d{4}_\\d{2}$'
"""
# Detached before this, or not: the parent's row security is no longer theirs.
CLOSE = f"""
DO $$ DECLARE leaf regclass; BEGIN
    FOR leaf IN {LEAVES} AND c.relispartition LOOP
        EXECUTE format('REVOKE SELECT ON %s FROM vms_worker, vms_network', leaf);
    END LOOP;
    FOR leaf IN {LEAVES} AND NOT c.relispartition LOOP
        EXECUTE format('REVOKE ALL ON %s FROM vms_worker, vms_network', leaf);
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', leaf);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', leaf);
    END LOOP;
END $$;
"""
OPEN = f"""
DO $$ DECLARE leaf regclass; BEGIN
    FOR leaf IN {LEAVES} LOOP
        EXECUTE format('GRANT INSERT, SELECT ON %s TO vms_worker, vms_network', leaf);
    END LOOP;
END $$;
"""
MAKE = """
CREATE OR REPLACE FUNCTION traffic_make_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    leaf text := public.traffic_partition_name(first);
BEGIN
    IF to_regclass('public.' || leaf) IS NOT NULL THEN
        RETURN leaf;
    END IF;
    PERFORM pg_advisory_xact_lock(7262);
    IF to_regclass('public.' || leaf) IS NULL THEN
        EXECUTE format(
            'CREATE TABLE public.%I PARTITION OF public.traffic_callrecord
             FOR VALUES FROM (%L) TO (%L)',
            leaf,
            first::timestamp AT TIME ZONE 'Europe/Brussels',
            (first + interval '1 month')::timestamp AT TIME ZONE 'Europe/Brussels'
        );
        EXECUTE format(
            'GRANT {rights} ON public.%I TO vms_worker, vms_network', leaf
        );
    END IF;
    RETURN leaf;
END $$;
"""
DETACH = """
CREATE OR REPLACE FUNCTION traffic_detach_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    leaf text := public.traffic_partition_name(date_trunc('month', month)::date);
BEGIN
    EXECUTE format(
        'ALTER TABLE public.traffic_callrecord DETACH PARTITION public.%I', leaf
    );{more}
    RETURN leaf;
END $$;
"""
OUT_OF_REACH = """
    EXECUTE format(
        'REVOKE ALL ON public.%I FROM vms_app, vms_staff, vms_worker, vms_network', leaf
    );
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', leaf);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', leaf);"""


class Migration(migrations.Migration):
    dependencies = [("traffic", "0009_first_open_day")]

    operations = [
        migrations.RunSQL(
            sql=[
                (MAKE.replace("{rights}", "INSERT"), None),
                (DETACH.replace("{more}", OUT_OF_REACH), None),
                (CLOSE, None),
                ("REVOKE ALL ON FUNCTION traffic_partition_name(date) FROM PUBLIC", None),
            ],
            reverse_sql=[
                ("GRANT EXECUTE ON FUNCTION traffic_partition_name(date) TO PUBLIC", None),
                (OPEN, None),
                (DETACH.replace("{more}", ""), None),
                (MAKE.replace("{rights}", "INSERT, SELECT"), None),
            ],
        )
    ]
