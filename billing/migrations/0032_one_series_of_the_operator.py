"""The year's documents of a kind are one series, whatever VAT number they bear.

References and structured communications hold year and number only. An operator whose
VAT number changed within a year began a series anew, whose first reference was given
already: no document was issued any more.
"""

from django.db import migrations, models

ROLE = "coalesce(nullif(current_setting('role'), 'none'), session_user)"
# As in 0028 and 0030, but for what makes a series.
FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION billing_number_of_its_series() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF {ROLE} NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network') THEN
        RETURN NEW;
    END IF;
    IF NEW.reference = format('%s%s-%s',
            CASE NEW.kind WHEN 'credit_note' THEN 'CN-' END, NEW.year,
            lpad(NEW.number::text, greatest(6, length(NEW.number::text)), '0'))
        AND EXISTS (
            SELECT FROM billing_invoiceseries
             WHERE (<series>) = (<of new>) AND last_number >= NEW.number
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the series of % has not given % yet', NEW.year, NEW.reference
        USING errcode = 'integrity_constraint_violation';
END $$;

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
         WHERE (<series>) = (<of new>);
        IF NEW.last_number - issued <= 100050 THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the series of % is taken number by number', NEW.year
        USING errcode = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION billing_series_gives_documents() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF {ROLE} <> 'vms_staff' OR NEW.last_number - OLD.last_number = (
        SELECT count(*) FROM billing_invoice
         WHERE (<series>) = (<of new>)
           AND number > OLD.last_number AND number <= NEW.last_number
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'a number of % has no document', NEW.year
        USING errcode = 'integrity_constraint_violation';
END $$;
"""
# The one that went furthest was continued above the others', or is to be.
MERGE = """
ALTER TABLE billing_invoiceseries DISABLE TRIGGER billing_series_goes_on;
DELETE FROM billing_invoiceseries series USING billing_invoiceseries further
 WHERE (further.kind, further.year) = (series.kind, series.year)
   AND (further.last_number, further.id) > (series.last_number, series.id);
ALTER TABLE billing_invoiceseries ENABLE TRIGGER billing_series_goes_on;
"""
PART = """
ALTER TABLE billing_invoice NO FORCE ROW LEVEL SECURITY;
INSERT INTO billing_invoiceseries (entity, kind, year, last_number)
SELECT entity, kind, year, max(number) FROM billing_invoice
 GROUP BY entity, kind, year
    ON CONFLICT DO NOTHING;
ALTER TABLE billing_invoice FORCE ROW LEVEL SECURITY;
"""


def _functions(*columns: str) -> str:
    of_new = ", ".join(f"NEW.{column}" for column in columns)
    functions = FUNCTIONS.replace("<series>", ", ".join(columns))
    return functions.replace("<of new>", of_new)


def _once(*columns: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=columns, name="billing_series_once")


class Migration(migrations.Migration):
    dependencies = [("billing", "0031_months_close_in_their_turn")]

    operations = [
        # Last when it is taken back, once each number has its own series again.
        migrations.RunSQL(sql="", reverse_sql=[(PART, None)]),
        migrations.RemoveConstraint("invoiceseries", "billing_series_once"),
        migrations.RunSQL(sql=[(MERGE, None)], reverse_sql=""),
        migrations.AddConstraint("invoiceseries", _once("kind", "year")),
        migrations.RunSQL(
            sql=[(_functions("kind", "year"), None)],
            reverse_sql=[(_functions("entity", "kind", "year"), None)],
        ),
    ]
