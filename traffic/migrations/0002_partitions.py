"""The partitioned table of calls, and the owner's functions that keep its months."""

from django.db import migrations

CALL_RECORD = """
CREATE SEQUENCE traffic_callrecord_id_seq;
CREATE TABLE traffic_callrecord (
    id bigint NOT NULL DEFAULT nextval('traffic_callrecord_id_seq'),
    tenant_id bigint NOT NULL,
    number_id bigint NOT NULL,
    contract_id bigint NOT NULL,
    source varchar(40) NOT NULL,
    call_id varchar(200) NOT NULL,
    called varchar(16) NOT NULL,
    caller varchar(16) NOT NULL,
    started_at timestamptz NOT NULL,
    ringing_at timestamptz,
    answered_at timestamptz,
    ended_at timestamptz,
    treatment varchar(8) NOT NULL,
    outcome varchar(12) NOT NULL,
    destination varchar(200) NOT NULL,
    plan_version integer,
    legs jsonb,
    is_late boolean NOT NULL DEFAULT false,
    digest uuid NOT NULL,
    CONSTRAINT traffic_callrecord_key UNIQUE (source, call_id, started_at)
) PARTITION BY RANGE (started_at);
ALTER SEQUENCE traffic_callrecord_id_seq OWNED BY traffic_callrecord.id;
CREATE INDEX traffic_callrecord_id ON traffic_callrecord (id);
CREATE INDEX traffic_callrecord_by_tenant
    ON traffic_callrecord (tenant_id, started_at DESC);
CREATE INDEX traffic_callrecord_by_number
    ON traffic_callrecord (number_id, started_at DESC);
"""

# Bounds are Brussels midnights, so a billing month is one partition.
FUNCTIONS = """
CREATE FUNCTION traffic_partition_name(month date) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT 'traffic_callrecord_' || to_char(month, 'YYYY_MM')
$$;

CREATE FUNCTION traffic_make_partition(month date) RETURNS text
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
            'GRANT INSERT, SELECT ON public.%I TO vms_worker, vms_network', leaf
        );
    END IF;
    RETURN leaf;
END $$;

CREATE FUNCTION traffic_detach_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    leaf text := public.traffic_partition_name(date_trunc('month', month)::date);
BEGIN
    EXECUTE format('ALTER TABLE public.traffic_callrecord DETACH PARTITION public.%I', leaf);
    RETURN leaf;
END $$;

REVOKE ALL ON FUNCTION traffic_make_partition(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION traffic_detach_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION traffic_make_partition(date) TO vms_worker, vms_network;
GRANT EXECUTE ON FUNCTION traffic_detach_partition(date) TO vms_worker;
GRANT USAGE ON SEQUENCE traffic_callrecord_id_seq TO vms_worker, vms_network;
"""

DROP = """
DROP FUNCTION traffic_detach_partition(date);
DROP FUNCTION traffic_make_partition(date);
DROP FUNCTION traffic_partition_name(date);
DROP TABLE traffic_callrecord;
"""


class Migration(migrations.Migration):
    dependencies = [("traffic", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[(CALL_RECORD, None), (FUNCTIONS, None)], reverse_sql=[(DROP, None)]
        )
    ]
