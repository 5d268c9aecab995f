"""From which day on nothing is billed yet, for whoever writes a date of service."""

from django.db import migrations

# Locked until the end of the transaction, shared with other writers: a month does
# not begin to close in between. VOLATILE, so that it looks
# after it has waited for the lock.
FIRST_OPEN_DAY = """
CREATE FUNCTION traffic_first_open_day() RETURNS date
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7265, 0);
    RETURN (SELECT (max(month) + interval '1 month')::date
            FROM public.traffic_period WHERE state <> 'open');
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("traffic", "0008_customer_in_words")]

    operations = [
        migrations.RunSQL(
            sql=FIRST_OPEN_DAY, reverse_sql="DROP FUNCTION traffic_first_open_day()"
        )
    ]
