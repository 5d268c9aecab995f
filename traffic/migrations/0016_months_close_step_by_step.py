"""A month is entered open, and closes step by step, in its turn and once it is over.

The back office or the worker could enter a month of 1950 as closed: every close asked
for all months since, first. The back office could call a month closed in which not
everybody was billed, or have months to come closed.
"""

from importlib import import_module

from django.db import migrations

from vms_portal.kernel.data.rls import Regrant

BEFORE = import_module("traffic.migrations.0014_months_of_calls")
WRITE = "SELECT, INSERT, UPDATE"
FORWARD = """
CREATE OR REPLACE FUNCTION traffic_months_move_forward() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    role text := coalesce(nullif(current_setting('role'), 'none'), session_user);
    is_process boolean :=
        role IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network');
    states text[] := ARRAY['open', 'closing', 'closed'];
    step int;
BEGIN
    IF tg_op = 'INSERT' THEN
        IF is_process AND NEW.state <> 'open' THEN
            RAISE EXCEPTION 'month % is entered before it is closed', NEW.month
                USING errcode = 'integrity_constraint_violation';
        END IF;
        -- One question after the other: not everybody may call the function.
        IF is_process THEN
            IF NOT public.traffic_may_have_calls(NEW.month) THEN
                RAISE EXCEPTION 'no call can be of %', NEW.month
                    USING errcode = 'integrity_constraint_violation';
            END IF;
        END IF;
        RETURN NEW;
    END IF;
    IF tg_op = 'UPDATE' THEN
        step := array_position(states, NEW.state::text)
            - array_position(states, OLD.state::text);
    END IF;
    IF tg_op = 'DELETE' AND OLD.state <> 'open'
        OR tg_op = 'UPDATE' AND (NEW.month <> OLD.month OR step < 0)
    THEN
        RAISE EXCEPTION 'month % is % and stays so', OLD.month, OLD.state
            USING errcode = 'integrity_constraint_violation';
    END IF;
    IF is_process AND step > 0 THEN
        IF step > 1 OR role = 'vms_staff' AND NEW.state = 'closed' THEN
            RAISE EXCEPTION 'month % closes once everybody is billed', NEW.month
                USING errcode = 'integrity_constraint_violation';
        END IF;
        -- When it is now is told to the worker (``--now``), to the back office not.
        IF role = 'vms_staff' AND NEW.state = 'closing' AND
            NEW.month + interval '1 month' > now() AT TIME ZONE 'Europe/Brussels'
        THEN
            RAISE EXCEPTION 'month % is not over', NEW.month
                USING errcode = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN CASE tg_op WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
ASKED = "GRANT EXECUTE ON FUNCTION traffic_may_have_calls(date) TO vms_staff"
NOT_ASKED = "REVOKE EXECUTE ON FUNCTION traffic_may_have_calls(date) FROM vms_staff"


class Migration(migrations.Migration):
    dependencies = [("traffic", "0015_the_network_reads_what_ingest_needs")]

    operations = [
        migrations.RunSQL(
            sql=[(FORWARD, None), (ASKED, None)],
            reverse_sql=[
                (NOT_ASKED, None),
                (BEFORE.FORWARD.replace("{check}", BEFORE.MAY_BE_ENTERED), None),
            ],
        ),
        Regrant(
            "traffic_period",
            staff=(WRITE, "SELECT, INSERT, UPDATE (state, closing_at)"),
            worker=(WRITE, "SELECT, INSERT, UPDATE (state, closing_at, closed_at)"),
        ),
    ]
