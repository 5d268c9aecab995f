"""What a close has frozen and billed stays, whichever process writes it.

A customer's month back in the queue would be billed with what comes later; with
other usage, later calls would be billed twice or never.
"""

from django.db import migrations

STAYS = """
CREATE FUNCTION billing_customer_month_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF tg_op = 'UPDATE'
        AND (NEW.tenant_id, NEW.month, NEW.usage)
            IS NOT DISTINCT FROM (OLD.tenant_id, OLD.month, OLD.usage)
        AND (OLD.state NOT IN ('issued', 'nothing') OR NEW.state = OLD.state)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the usage of % is frozen, and % for customer %',
        OLD.month, OLD.state, OLD.tenant_id
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_customer_month_stays() FROM PUBLIC;
CREATE TRIGGER billing_customer_month_stays BEFORE UPDATE OR DELETE
    ON billing_customermonth FOR EACH ROW
    EXECUTE FUNCTION billing_customer_month_stays();
"""
GOES = """
DROP TRIGGER billing_customer_month_stays ON billing_customermonth;
DROP FUNCTION billing_customer_month_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0016_corrections")]

    operations = [migrations.RunSQL(sql=[(STAYS, None)], reverse_sql=[(GOES, None)])]
