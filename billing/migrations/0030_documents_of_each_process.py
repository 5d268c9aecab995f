"""The back office issues credit notes, the worker invoices of months that it closes.

An invoice that the back office wrote for a month to come kept that customer's month
from being billed for good. It also moved the series on, up to their end: its own goes
on by its documents now, and none beyond what a structured communication can hold.
"""

from importlib import import_module

from django.db import migrations

from vms_portal.kernel.data.rls import Regrant

BEFORE = import_module("billing.migrations.0028_numbers_come_from_their_series")
ROLE = BEFORE.ROLE
WRITE = "SELECT, INSERT, UPDATE"
# A restore may pass over 100,000 numbers, and a chunk of a close takes 50.
SERIES = f"""
CREATE OR REPLACE FUNCTION billing_series_within_reach() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    role text := {ROLE};
    issued bigint;
BEGIN
    IF NEW.last_number > 99999999 THEN
        RAISE EXCEPTION 'the series of % has no number left', NEW.year
            USING errcode = 'integrity_constraint_violation';
    END IF;
    IF role NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NEW;
    END IF;
    IF role = 'vms_staff' AND NEW.kind <> 'credit_note' THEN
        RAISE EXCEPTION 'the back office numbers credit notes only'
            USING errcode = 'integrity_constraint_violation';
    END IF;
    IF tg_op = 'INSERT' THEN
        IF NEW.last_number = 0 THEN
            RETURN NEW;
        END IF;
    ELSE
        SELECT coalesce(max(number), 0) INTO issued FROM billing_invoice
         WHERE (entity, kind, year) = (NEW.entity, NEW.kind, NEW.year);
        IF NEW.last_number - issued <= 100050 THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the series of % is taken number by number', NEW.year
        USING errcode = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION billing_series_gives_documents() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF {ROLE} <> 'vms_staff' OR NEW.last_number - OLD.last_number = (
        SELECT count(*) FROM billing_invoice
         WHERE (entity, kind, year) = (NEW.entity, NEW.kind, NEW.year)
           AND number > OLD.last_number AND number <= NEW.last_number
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a number of % has no document', NEW.year
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_series_gives_documents() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER billing_series_gives_documents
    AFTER UPDATE ON billing_invoiceseries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.last_number <> OLD.last_number)
    EXECUTE FUNCTION billing_series_gives_documents();
"""
# Who was set aside is billed once the month is closed.
DOCUMENTS = f"""
CREATE FUNCTION billing_document_of_its_process() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    role text := {ROLE};
BEGIN
    IF role NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network')
        OR role = 'vms_staff' AND NEW.kind = 'credit_note'
        OR role = 'vms_worker' AND NEW.kind = 'invoice' AND EXISTS (
            SELECT FROM billing_customermonth part
              JOIN traffic_period period ON period.month = part.month
             WHERE part.tenant_id = NEW.tenant_id AND part.month = NEW.month
               AND part.state = 'issued' AND period.state <> 'open'
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'no close of % issues % %', NEW.month, NEW.kind, NEW.reference
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_document_of_its_process() FROM PUBLIC;
CREATE TRIGGER billing_document_of_its_process BEFORE INSERT ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_document_of_its_process();
"""
BACK = f"""
DROP TRIGGER billing_document_of_its_process ON billing_invoice;
DROP FUNCTION billing_document_of_its_process();
DROP TRIGGER billing_series_gives_documents ON billing_invoiceseries;
DROP FUNCTION billing_series_gives_documents();
{BEFORE.FREE}{BEFORE.BOUND}
"""
NUMBERED = "SELECT, INSERT, UPDATE (last_number)"


class Migration(migrations.Migration):
    dependencies = [("billing", "0029_usage_is_frozen_by_a_close")]

    operations = [
        migrations.RunSQL(
            sql=[(SERIES, None), (DOCUMENTS, None)], reverse_sql=[(BACK, None)]
        ),
        Regrant(
            "billing_invoiceseries", staff=(WRITE, NUMBERED), worker=(WRITE, NUMBERED)
        ),
    ]
