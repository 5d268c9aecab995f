"""What is ordered and a price list that would price it take turns.

Whoever enters a list asks what is ordered on its days: without the lock an order
that is being saved at that moment is not seen, and has other prices afterwards.
"""

from django.db import migrations

TURNS = """
CREATE FUNCTION billing_holds_off_price_lists() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Shared with other orders; who enters a list has it alone (billing.services.prices).
    PERFORM pg_advisory_xact_lock_shared(7267, 0);
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION billing_holds_off_price_lists() FROM PUBLIC;
CREATE TRIGGER billing_order_holds_off_price_lists
    BEFORE INSERT OR UPDATE OF ordered_on ON billing_order
    FOR EACH ROW EXECUTE FUNCTION billing_holds_off_price_lists();
CREATE TRIGGER billing_contract_holds_off_price_lists
    BEFORE INSERT OR UPDATE OF subscribed_on ON contracts_contract
    FOR EACH ROW EXECUTE FUNCTION billing_holds_off_price_lists();
"""
NO_TURNS = """
DROP TRIGGER billing_contract_holds_off_price_lists ON contracts_contract;
DROP TRIGGER billing_order_holds_off_price_lists ON billing_order;
DROP FUNCTION billing_holds_off_price_lists();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0022_constraints_in_words"),
        ("contracts", "0004_least_rights"),
    ]

    operations = [migrations.RunSQL(sql=[(TURNS, None)], reverse_sql=[(NO_TURNS, None)])]
