"""Lines and VAT come with their invoice, all in one statement, and never later.

An issued invoice refuses UPDATE and DELETE of its lines; one more line would change
it just as well. What a statement leaves must add up to the totals of the invoice.
"""

from django.db import migrations

LINES_ADD_UP = """
CREATE FUNCTION billing_{table}_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong text;
BEGIN
    SELECT i.reference INTO wrong FROM billing_invoice i
    WHERE i.id IN (SELECT invoice_id FROM added) AND i.{total} IS DISTINCT FROM
        (SELECT sum(part.{amount}) FROM billing_{table} part
         WHERE part.invoice_id = i.id)
    LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'invoice % does not add up with these rows', wrong
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER billing_{table}_adds_up AFTER INSERT ON billing_{table}
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION billing_{table}_adds_up();
"""
ANYTHING_GOES = """
DROP TRIGGER billing_{table}_adds_up ON billing_{table};
DROP FUNCTION billing_{table}_adds_up();
"""
PARTS = (
    {"table": "invoiceline", "amount": "net", "total": "total_excl_vat"},
    {"table": "invoicevat", "amount": "tax", "total": "total_vat"},
)


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_row_security")]

    operations = [
        migrations.RunSQL(
            sql=[(LINES_ADD_UP.format(**part), None)],
            reverse_sql=[(ANYTHING_GOES.format(**part), None)],
        )
        for part in PARTS
    ]
