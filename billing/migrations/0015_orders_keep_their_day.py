"""The day of an order stays once something of it is billed: it decides the prices.

An option that runs would have another price from one invoice to the next, without
another order.
"""

from django.db import migrations

KEEPS_ITS_DAY = """
CREATE FUNCTION billing_order_keeps_its_day() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    first_open date := traffic_first_open_day();
BEGIN
    IF EXISTS (
        SELECT FROM billing_oneoff work WHERE work.order_id = OLD.id
        AND billing_is_billed(
            work.tenant_id, work.contract_id,
            coalesce(work.bill_in, date_trunc('month', work.completed_on)::date),
            first_open
        )
    ) OR EXISTS (
        SELECT FROM billing_contractoption part
        JOIN contracts_contract contract ON contract.id = part.contract_id
        WHERE part.order_id = OLD.id
        AND part.starts_on < first_open AND contract.activated_on < first_open
    ) AND NOT billing_is_set_aside(OLD.tenant_id)
    THEN
        PERFORM billing_refuse_closed(tg_table_name, first_open);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_order_keeps_its_day BEFORE UPDATE ON billing_order
    FOR EACH ROW WHEN (
        OLD.ordered_on IS DISTINCT FROM NEW.ordered_on
        OR OLD.contract_id IS DISTINCT FROM NEW.contract_id
    ) EXECUTE FUNCTION billing_order_keeps_its_day();
"""
MAY_MOVE = """
DROP TRIGGER billing_order_keeps_its_day ON billing_order;
DROP FUNCTION billing_order_keeps_its_day();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0014_names_are_ours")]

    operations = [
        migrations.RunSQL(sql=[(KEEPS_ITS_DAY, None)], reverse_sql=[(MAY_MOVE, None)])
    ]
