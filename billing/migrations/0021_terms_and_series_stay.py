"""What a contract's prices rest on stays once it is agreed; a series never goes back.

The day of subscription chooses the price list for the contract's whole life, as the
day of an order does for the order's. A number given before is not given again.
"""

from django.db import migrations

STAY = """
CREATE FUNCTION billing_terms_stay() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'contract % is agreed: its terms stay', OLD.reference
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_terms_stay() FROM PUBLIC;
CREATE TRIGGER billing_terms_stay BEFORE UPDATE ON contracts_contract FOR EACH ROW
    WHEN (OLD.state NOT IN ('draft', 'sent')
          AND (OLD.subscribed_on <> NEW.subscribed_on
               OR OLD.tenant_id <> NEW.tenant_id))
    EXECUTE FUNCTION billing_terms_stay();

CREATE FUNCTION billing_series_goes_on() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF tg_op = 'UPDATE' AND NEW.last_number >= OLD.last_number
        AND (NEW.entity, NEW.kind, NEW.year) = (OLD.entity, OLD.kind, OLD.year)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the series of % stands at % and goes on from there',
        OLD.year, OLD.last_number
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_series_goes_on() FROM PUBLIC;
CREATE TRIGGER billing_series_goes_on BEFORE UPDATE OR DELETE ON billing_invoiceseries
    FOR EACH ROW EXECUTE FUNCTION billing_series_goes_on();
"""
GO = """
DROP TRIGGER billing_series_goes_on ON billing_invoiceseries;
DROP FUNCTION billing_series_goes_on();
DROP TRIGGER billing_terms_stay ON contracts_contract;
DROP FUNCTION billing_terms_stay();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0020_files_of_their_document"),
        ("contracts", "0004_least_rights"),
    ]

    operations = [migrations.RunSQL(sql=[(STAY, None)], reverse_sql=[(GO, None)])]
