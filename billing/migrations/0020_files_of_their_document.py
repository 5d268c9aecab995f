"""A stored file is that of its document: by its key, and by what it replaces.

A document shows its newest file. A row that named another document's, or that
replaced a file of another, would change what was issued without touching it. Only
the worker adds files.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import Regrant

OF_ITS_DOCUMENT = """
CREATE FUNCTION billing_file_of_its_document() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    document text := coalesce('invoice-' || NEW.invoice_id, 'summary-' || NEW.summary_id);
BEGIN
    IF NEW.storage_key IS DISTINCT FROM
        NEW.tenant_id || '/' || document || '/' || NEW.sha256 || '.pdf'
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
REVOKE ALL ON FUNCTION billing_file_of_its_document() FROM PUBLIC;
CREATE TRIGGER billing_file_of_its_document BEFORE INSERT ON billing_storedfile
    FOR EACH ROW EXECUTE FUNCTION billing_file_of_its_document();
"""
OF_ANY = """
DROP TRIGGER billing_file_of_its_document ON billing_storedfile;
DROP FUNCTION billing_file_of_its_document();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0019_credits_within_the_invoice")]

    operations = [
        migrations.RunSQL(sql=[(OF_ITS_DOCUMENT, None)], reverse_sql=[(OF_ANY, None)]),
        Regrant("billing_storedfile", staff=("SELECT, INSERT", "SELECT")),
    ]
