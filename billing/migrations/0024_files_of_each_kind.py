"""A stored file ends as its kind says, whatever kinds there will be."""

from django.db import migrations

OF_ITS_DOCUMENT = """
CREATE OR REPLACE FUNCTION billing_file_of_its_document() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    document text := coalesce('invoice-' || NEW.invoice_id, 'summary-' || NEW.summary_id);
BEGIN
    IF NEW.storage_key IS DISTINCT FROM
        NEW.tenant_id || '/' || document || '/' || NEW.sha256 || '.' || %s
    THEN
        RAISE EXCEPTION 'a stored file names its own document and hash'
            USING errcode = 'integrity_constraint_violation';
    END IF;
    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM billing_storedfile first WHERE first.id = NEW.replaces_id
        AND first.invoice_id = NEW.invoice_id AND first.kind = NEW.kind
    ) THEN
        RAISE EXCEPTION 'a stored file replaces one of its own document'
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0023_orders_and_lists_take_turns")]

    operations = [
        migrations.RunSQL(
            sql=[(OF_ITS_DOCUMENT % "NEW.kind", None)],
            reverse_sql=[(OF_ITS_DOCUMENT % "'pdf'", None)],
        ),
    ]
