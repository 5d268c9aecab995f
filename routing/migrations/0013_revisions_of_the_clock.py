"""The portal gives a plan no revision ahead of the clock.

What Redis holds of a number outlives it, and only a newer revision takes its place: one
at the end of all numbers would keep the plan of the next customer out for good. An
hour is what clocks may differ by.
"""

from django.db import migrations

BOUND = """
CREATE FUNCTION routing_revision_of_the_clock() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF coalesce(nullif(current_setting('role'), 'none'), session_user) = 'vms_app'
       AND NEW.revision > (extract(epoch FROM clock_timestamp()) + 3600) * 1000000 THEN
        RAISE EXCEPTION 'the revision of a plan is of the clock'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION routing_revision_of_the_clock() FROM PUBLIC;
CREATE TRIGGER routing_compiledplan_revision
    BEFORE INSERT OR UPDATE OF revision ON routing_compiledplan
    FOR EACH ROW EXECUTE FUNCTION routing_revision_of_the_clock();
"""
UNBOUND = """
DROP TRIGGER routing_compiledplan_revision ON routing_compiledplan;
DROP FUNCTION routing_revision_of_the_clock();
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0012_caller_rules_without_prefix")]

    operations = [migrations.RunSQL(sql=BOUND, reverse_sql=UNBOUND)]
