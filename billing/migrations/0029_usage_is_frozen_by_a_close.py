"""A customer's month comes from a close, and the back office only asks for it again.

The back office could write usage of its own for any month, which was billed, or a row
that says a customer is billed, who then got no invoice.
"""

from importlib import import_module

from django.db import migrations

from vms_portal.kernel.data.rls import READ, Regrant

BEFORE = import_module("billing.migrations.0017_what_is_billed_stays")
WRITE = "SELECT, INSERT, UPDATE"
FROZEN = """
CREATE OR REPLACE FUNCTION billing_customer_month_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    role text := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
    IF tg_op = 'INSERT' THEN
        IF role NOT IN ('vms_app', 'vms_staff', 'vms_worker', 'vms_network')
            OR NEW.state = 'pending' AND EXISTS (
                SELECT FROM traffic_period
                 WHERE month = NEW.month AND state = 'closing'
            )
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the usage of % is frozen by its close', NEW.month
            USING errcode = 'integrity_constraint_violation';
    END IF;
    IF tg_op = 'UPDATE'
        AND (NEW.tenant_id, NEW.month, NEW.usage)
            IS NOT DISTINCT FROM (OLD.tenant_id, OLD.month, OLD.usage)
        AND (NEW.state = OLD.state
             OR OLD.state = 'pending' AND role <> 'vms_staff'
             OR OLD.state = 'parked' AND NEW.state = 'pending')
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the usage of % is frozen, and % for customer %',
        OLD.month, OLD.state, OLD.tenant_id
        USING errcode = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE TRIGGER billing_customer_month_stays
    BEFORE INSERT OR UPDATE OR DELETE ON billing_customermonth
    FOR EACH ROW EXECUTE FUNCTION billing_customer_month_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0028_numbers_come_from_their_series"),
        ("traffic", "0015_the_network_reads_what_ingest_needs"),
    ]

    operations = [
        migrations.RunSQL(
            sql=[(FROZEN, None)],
            reverse_sql=[
                (BEFORE.GOES, None),
                (BEFORE.STAYS, None),
            ],
        ),
        Regrant(
            "billing_customermonth",
            staff=(WRITE, f"{READ}, UPDATE (state)"),
            worker=(
                WRITE,
                "SELECT, INSERT, UPDATE (state, error, message, path, billed_at)",
            ),
        ),
    ]
