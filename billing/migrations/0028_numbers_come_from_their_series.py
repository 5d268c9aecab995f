"""A document's number comes from its series, and a series never nears its end.

The back office's role could put a series at the end of all numbers, or write a document
under a number to come: the close of a month was refused from then on, and a series
does not go back. After a restore a series is continued 100,000 numbers further at most.
"""

from django.db import migrations

ROLE = "coalesce(nullif(current_setting('role'), 'none'), session_user)"
# The back office sees every document; the worker those of its customer only.
BOUND = f"""
CREATE FUNCTION billing_series_within_reach() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    role text := {ROLE};
    start bigint := 0;
BEGIN
    IF role NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NEW;
    END IF;
    IF tg_op = 'INSERT' THEN
        IF NEW.last_number = 0 THEN
            RETURN NEW;
        END IF;
    ELSE
        IF role = 'vms_staff' THEN
            SELECT coalesce(max(number), 0) INTO start FROM billing_invoice
             WHERE (entity, kind, year) = (NEW.entity, NEW.kind, NEW.year);
        ELSE
            start := OLD.last_number;
        END IF;
        IF NEW.last_number - start <= 1000000 THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the series of % is taken number by number', NEW.year
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_series_within_reach() FROM PUBLIC;
CREATE TRIGGER billing_series_within_reach
    BEFORE INSERT OR UPDATE OF last_number ON billing_invoiceseries
    FOR EACH ROW EXECUTE FUNCTION billing_series_within_reach();

CREATE FUNCTION billing_number_of_its_series() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF {ROLE} NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NEW;
    END IF;
    IF NEW.reference = format('%s%s-%s',
            CASE NEW.kind WHEN 'credit_note' THEN 'CN-' END, NEW.year,
            lpad(NEW.number::text, greatest(6, length(NEW.number::text)), '0'))
        AND EXISTS (
            SELECT FROM billing_invoiceseries series
             WHERE (series.entity, series.kind, series.year)
                 = (NEW.entity, NEW.kind, NEW.year)
               AND series.last_number >= NEW.number
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the series of % has not given % yet', NEW.year, NEW.reference
        USING errcode = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION billing_number_of_its_series() FROM PUBLIC;
CREATE TRIGGER billing_number_of_its_series BEFORE INSERT ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_number_of_its_series();
"""
FREE = """
DROP TRIGGER billing_number_of_its_series ON billing_invoice;
DROP FUNCTION billing_number_of_its_series();
DROP TRIGGER billing_series_within_reach ON billing_invoiceseries;
DROP FUNCTION billing_series_within_reach();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0027_keys_are_drawn_row_by_row")]

    operations = [migrations.RunSQL(sql=[(BOUND, None)], reverse_sql=[(FREE, None)])]
