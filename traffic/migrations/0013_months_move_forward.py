"""A month opens, closes and stays closed, whichever process writes it.

What a closed month holds is guarded by triggers that ask for its state. The network
locks the row to count calls, and PostgreSQL wants a right to UPDATE for that.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION traffic_months_move_forward() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    states text[] := ARRAY['open', 'closing', 'closed'];
BEGIN
    IF tg_op = 'INSERT' THEN
        IF current_user = 'vms_network' AND NEW.state <> 'open' THEN
            RAISE EXCEPTION 'the network closes no month'
                USING errcode = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
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
REVOKE ALL ON FUNCTION traffic_months_move_forward() FROM PUBLIC;
CREATE TRIGGER traffic_months_move_forward BEFORE INSERT OR UPDATE OR DELETE
    ON traffic_period FOR EACH ROW EXECUTE FUNCTION traffic_months_move_forward();
REVOKE UPDATE ON traffic_period FROM vms_network;
GRANT UPDATE (month) ON traffic_period TO vms_network;
"""
ANYWHERE = """
REVOKE UPDATE (month) ON traffic_period FROM vms_network;
GRANT UPDATE ON traffic_period TO vms_network;
DROP TRIGGER traffic_months_move_forward ON traffic_period;
DROP FUNCTION traffic_months_move_forward();
"""


class Migration(migrations.Migration):
    dependencies = [("traffic", "0012_months_with_moved_calls")]

    operations = [
        migrations.RunSQL(sql=[(FORWARD, None)], reverse_sql=[(ANYWHERE, None)])
    ]
