"""A price list begins on a day to come, whoever enters or moves it.

The worker's role may load lists of the past: those of the demo, and of the time
before the portal. What staff enter is checked here as well as in the form.
"""

from django.db import migrations

TO_COME = """
CREATE FUNCTION billing_price_list_to_come() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.valid_from <= (now() AT TIME ZONE 'Europe/Brussels')::date
        AND (tg_op = 'UPDATE' OR current_user = 'vms_staff')
    THEN
        RAISE EXCEPTION 'a price list begins on a day to come'
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_pricelist_to_come BEFORE INSERT OR UPDATE
    ON billing_pricelist FOR EACH ROW EXECUTE FUNCTION billing_price_list_to_come();
"""
ANY_DAY = """
DROP TRIGGER billing_pricelist_to_come ON billing_pricelist;
DROP FUNCTION billing_price_list_to_come();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0008_replaced_files")]

    operations = [
        migrations.RunSQL(sql=[(TO_COME, None)], reverse_sql=[(ANY_DAY, None)])
    ]
