"""Lines and VAT come in the transaction that issues their invoice, and never later.

That they add up is not enough: a line of zero, or two that cancel out, would change
an issued invoice just as well. The column is the database's own: nobody sets it, and
no model reads it.
"""

from django.db import migrations

AT_ISSUE = """
ALTER TABLE billing_invoice ADD COLUMN issued_by_transaction xid8;

CREATE FUNCTION billing_invoice_names_transaction() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.issued_by_transaction := pg_current_xact_id();
    RETURN NEW;
END $$;
CREATE TRIGGER billing_invoice_names_transaction BEFORE INSERT ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_invoice_names_transaction();

CREATE FUNCTION billing_part_comes_at_issue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added LEFT JOIN billing_invoice issued
            ON issued.id = added.invoice_id
            AND issued.issued_by_transaction = pg_current_xact_id()
        WHERE issued.id IS NULL
    ) THEN
        RAISE EXCEPTION 'an issued invoice gets no rows of % any more', tg_table_name
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""
ANY_TIME = """
DROP FUNCTION billing_part_comes_at_issue();
DROP TRIGGER billing_invoice_names_transaction ON billing_invoice;
DROP FUNCTION billing_invoice_names_transaction();
ALTER TABLE billing_invoice DROP COLUMN issued_by_transaction;
"""
PART = """
CREATE TRIGGER billing_{0}_comes_at_issue AFTER INSERT ON billing_{0}
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION billing_part_comes_at_issue();
"""
PARTS = "invoiceline", "invoicevat"


class Migration(migrations.Migration):
    dependencies = [("billing", "0006_closed_months_stay")]

    operations = [
        migrations.RunSQL(sql=[(AT_ISSUE, None)], reverse_sql=[(ANY_TIME, None)]),
        migrations.RunSQL(
            sql=[(PART.format(part), None) for part in PARTS],
            reverse_sql=[
                (f"DROP TRIGGER billing_{part}_comes_at_issue ON billing_{part}", None)
                for part in PARTS
            ],
        ),
    ]
