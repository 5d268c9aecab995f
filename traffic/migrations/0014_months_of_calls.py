"""A month of calls comes and goes when it may, whoever asks.

The network's role could make tables for any month of any year, and enter such months
for billing; the worker's could put away the calls of a month that is still to be
billed. Calls are of 2020 or later, as ingest has it. When it is now is told to ingest
(``--now``), so years ahead are allowed, but some only.
"""

from django.db import migrations

MAY_HAVE_CALLS = """
CREATE FUNCTION traffic_may_have_calls(month date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(
        month >= date '2020-01-01' AND month < now() + interval '10 years', false
    )
$$;
REVOKE ALL ON FUNCTION traffic_may_have_calls(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION traffic_may_have_calls(date) TO vms_worker, vms_network;
"""
MAKE = """
CREATE OR REPLACE FUNCTION traffic_make_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    leaf text := public.traffic_partition_name(first);
BEGIN
    {check}IF to_regclass('public.' || leaf) IS NOT NULL THEN
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
            'GRANT INSERT ON public.%I TO vms_worker, vms_network', leaf
        );
    END IF;
    RETURN leaf;
END $$;
"""
MAY_BE_MADE = """IF NOT public.traffic_may_have_calls(month) THEN
        RAISE EXCEPTION 'no call can be of %', month
            USING errcode = 'invalid_parameter_value';
    END IF;
    """
DETACH = """
CREATE OR REPLACE FUNCTION traffic_detach_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    {first}leaf text := public.traffic_partition_name(date_trunc('month', month)::date);
BEGIN
    {check}EXECUTE format(
        'ALTER TABLE public.traffic_callrecord DETACH PARTITION public.%I', leaf
    );
    EXECUTE format(
        'REVOKE ALL ON public.%I FROM vms_app, vms_staff, vms_worker, vms_network', leaf
    );
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', leaf);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', leaf);
    RETURN leaf;
END $$;
"""
FIRST = """first date := date_trunc('month', month)::date;
    """
# Thirteen months after its end a month is compared with nothing that is shown.
MAY_BE_DETACHED = """IF first IS NULL OR first + interval '14 months'
        > (now() AT TIME ZONE 'Europe/Brussels')
    THEN
        RAISE EXCEPTION 'the calls of % are kept for thirteen months', month
            USING errcode = 'invalid_parameter_value';
    END IF;
    -- Whoever counts calls of the month, or begins to close it, is waited for.
    PERFORM FROM public.traffic_period p
      WHERE p.month = first AND p.state = 'closed' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the calls of % are not billed', month
            USING errcode = 'invalid_parameter_value';
    END IF;
    """
FORWARD = """
CREATE OR REPLACE FUNCTION traffic_months_move_forward() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    states text[] := ARRAY['open', 'closing', 'closed'];
BEGIN
    IF tg_op = 'INSERT' THEN
        IF current_user = 'vms_network' AND NEW.state <> 'open' THEN
            RAISE EXCEPTION 'the network closes no month'
                USING errcode = 'integrity_constraint_violation';
        END IF;
        {check}RETURN NEW;
    END IF;
    IF tg_op = 'DELETE' AND OLD.state <> 'open' OR tg_op = 'UPDATE' AND (
        NEW.month <> OLD.month
        OR array_position(states, NEW.state::text)
            < array_position(states, OLD.state::text)
    ) THEN
        RAISE EXCEPTION 'month % is % and stays so', OLD.month, OLD.state
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN CASE tg_op WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
# One question after the other: the back office may not call the function, and
# PostgreSQL asks for the right to it wherever it stands in a condition.
MAY_BE_ENTERED = """IF current_user IN ('vms_worker', 'vms_network') THEN
            IF NOT public.traffic_may_have_calls(NEW.month) THEN
                RAISE EXCEPTION 'no call can be of %', NEW.month
                    USING errcode = 'integrity_constraint_violation';
            END IF;
        END IF;
        """


class Migration(migrations.Migration):
    dependencies = [("traffic", "0013_months_move_forward"), ("billing", "0014_names_are_ours")]

    operations = [
        migrations.RunSQL(
            sql=[
                (MAY_HAVE_CALLS, None),
                (MAKE.replace("{check}", MAY_BE_MADE), None),
                (DETACH.replace("{first}", FIRST).replace("{check}", MAY_BE_DETACHED), None),
                (FORWARD.replace("{check}", MAY_BE_ENTERED), None),
            ],
            reverse_sql=[
                (FORWARD.replace("{check}", ""), None),
                (DETACH.replace("{first}", "").replace("{check}", ""), None),
                (MAKE.replace("{check}", ""), None),
                ("DROP FUNCTION traffic_may_have_calls(date)", None),
            ],
        )
    ]  # fmt: skip
