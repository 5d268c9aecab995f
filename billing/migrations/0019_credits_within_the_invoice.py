"""All credit notes of an invoice together never exceed it, whoever issues them."""

from django.db import migrations

WITHIN = """
CREATE FUNCTION billing_credits_within_the_invoice() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Two who credit one invoice take turns here: each sees what the other did.
    PERFORM pg_advisory_xact_lock(7266, NEW.credits_id::integer);
    PERFORM FROM public.billing_invoice invoice
        JOIN public.billing_invoice note ON note.credits_id = invoice.id
        WHERE invoice.id = NEW.credits_id AND invoice.kind = 'invoice'
        GROUP BY invoice.id
        HAVING sum(note.total_excl_vat) <= invoice.total_excl_vat
            AND sum(note.total_vat) <= invoice.total_vat;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'invoice % is not to be credited with more', NEW.credits_id
            USING errcode = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION billing_credits_within_the_invoice() FROM PUBLIC;
CREATE TRIGGER billing_credits_within_the_invoice AFTER INSERT ON billing_invoice
    FOR EACH ROW WHEN (NEW.credits_id IS NOT NULL)
    EXECUTE FUNCTION billing_credits_within_the_invoice();
"""
BEYOND = """
DROP TRIGGER billing_credits_within_the_invoice ON billing_invoice;
DROP FUNCTION billing_credits_within_the_invoice();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0018_amounts_documents_can_hold")]

    operations = [migrations.RunSQL(sql=[(WITHIN, None)], reverse_sql=[(BEYOND, None)])]
