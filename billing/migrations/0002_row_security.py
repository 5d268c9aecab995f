"""Who sees and writes billing; what never changes; no activation unagreed."""

from django.db import migrations

from vms_portal.kernel.data.rls import (
    APPEND,
    READ,
    AppendOnlyTable,
    SharedTable,
    TenantTable,
)

# What staff enter. The portal shows some of it and writes none.
ENTERED = [
    "subscriptionquote",
    "promotion",
    "indexation",
    "order",
    "contractoption",
    "oneoff",
]
# Written once, whole, in the transaction that issues it.
ISSUED = ["invoice", "invoiceline", "invoicevat", "storedfile"]

PRICE_LIST_STAYS = """
CREATE FUNCTION billing_price_list_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op = 'TRUNCATE' OR
       OLD.valid_from <= (now() AT TIME ZONE 'Europe/Brussels')::date
    THEN
        RAISE EXCEPTION 'a price list in force never changes'
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN CASE tg_op WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER billing_pricelist_rows_stay BEFORE UPDATE OR DELETE
    ON billing_pricelist FOR EACH ROW EXECUTE FUNCTION billing_price_list_stays();
CREATE TRIGGER billing_pricelist_table_stays BEFORE TRUNCATE
    ON billing_pricelist FOR EACH STATEMENT
    EXECUTE FUNCTION billing_price_list_stays();
"""
PRICE_LIST_MAY_CHANGE = """
DROP TRIGGER billing_pricelist_table_stays ON billing_pricelist;
DROP TRIGGER billing_pricelist_rows_stay ON billing_pricelist;
DROP FUNCTION billing_price_list_stays();
"""

# The newest summary counts: a change of content asks for a new agreement.
AGREED_FIRST = """
CREATE FUNCTION billing_agreed_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing_agreement a
        JOIN billing_contractsummary s ON s.id = a.summary_id
        WHERE s.contract_id = NEW.id AND s.version =
            (SELECT max(version) FROM billing_contractsummary WHERE contract_id = NEW.id)
    ) THEN
        RAISE EXCEPTION 'contract % is not agreed', NEW.reference
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_contract_is_agreed BEFORE UPDATE OF state
    ON contracts_contract FOR EACH ROW
    WHEN (NEW.state = 'active' AND OLD.state IS DISTINCT FROM 'active')
    EXECUTE FUNCTION billing_agreed_first();
"""
NOT_AGREED_FIRST = """
DROP TRIGGER billing_contract_is_agreed ON contracts_contract;
DROP FUNCTION billing_agreed_first();
"""

# What the summary says and when it was sent are settled once it is sent.
SENT_STAYS = """
CREATE FUNCTION billing_sent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a sent contract summary never changes'
        USING errcode = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER billing_summary_stays BEFORE UPDATE OR DELETE
    ON billing_contractsummary FOR EACH ROW WHEN (OLD.state = 'sent')
    EXECUTE FUNCTION billing_sent_stays();
"""
SENT_MAY_CHANGE = """
DROP TRIGGER billing_summary_stays ON billing_contractsummary;
DROP FUNCTION billing_sent_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_initial"),
        ("contracts", "0002_row_security"),
        ("tenants", "0002_row_security"),
    ]

    operations = [
        SharedTable("billing_pricelist", worker=APPEND),
        SharedTable(
            "billing_invoiceseries",
            app="",
            staff="SELECT, INSERT, UPDATE",
            worker="SELECT, INSERT, UPDATE",
        ),
        *(TenantTable(f"billing_{name}", app=READ, network="") for name in ENTERED),
        TenantTable("billing_customermonth", app=READ, network=""),
        *(
            TenantTable(
                f"billing_{name}", app=READ, staff=APPEND, worker=APPEND, network=""
            )
            for name in ISSUED
        ),
        TenantTable("billing_contractsummary", app=READ, network=""),
        TenantTable(
            "billing_agreement", app=APPEND, staff=APPEND, worker=APPEND, network=""
        ),
        *(AppendOnlyTable(f"billing_{name}") for name in [*ISSUED, "agreement"]),
        migrations.RunSQL(
            sql=[
                (PRICE_LIST_STAYS, None),
                (AGREED_FIRST, None),
                (SENT_STAYS, None),
            ],
            reverse_sql=[
                (SENT_MAY_CHANGE, None),
                (NOT_AGREED_FIRST, None),
                (PRICE_LIST_MAY_CHANGE, None),
            ],
        ),
    ]
