"""Months note that a conflict took calls of theirs to quarantine.

Billing looks there for calls that were billed and are not right any more: comparing
all closed months of all customers on each visit of a page would take seconds.
"""

from django.db import migrations, models

# What moved before is known by the conflicts alone. Staff may have typed anything into
# one since: what is no time marks no month.
READ = """
CREATE TEMPORARY TABLE moved_before (called text, began date) ON COMMIT DROP;
DO $$
DECLARE
    conflict record;
BEGIN
    FOR conflict IN SELECT content FROM traffic_quarantinedrecord
        WHERE reason = 'conflict'
    LOOP
        BEGIN
            INSERT INTO moved_before VALUES (
                conflict.content ->> 'called',
                ((conflict.content ->> 'started_at')::timestamptz
                    AT TIME ZONE 'Europe/Brussels')::date
            );
        EXCEPTION WHEN data_exception THEN
            CONTINUE;
        END;
    END LOOP;
END $$;
"""
# The owner is under row security too.
FILL = """
ALTER TABLE traffic_contractmonth NO FORCE ROW LEVEL SECURITY;
ALTER TABLE numbers_geographicnumber NO FORCE ROW LEVEL SECURITY;
UPDATE traffic_contractmonth sums SET moved = found.calls
FROM (
    SELECT number.tenant_id, number.contract_id,
        date_trunc('month', began)::date AS month, count(*) AS calls
    FROM moved_before JOIN numbers_geographicnumber number
        ON number.e164 = called AND number.activated_on <= began
        AND began <= coalesce(number.released_on, 'infinity')
    GROUP BY 1, 2, 3
) found
WHERE sums.tenant_id = found.tenant_id AND sums.contract_id = found.contract_id
    AND sums.month = found.month;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE numbers_geographicnumber FORCE ROW LEVEL SECURITY;
ALTER TABLE traffic_contractmonth FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("numbers", "0007_related_in_words"),
        ("traffic", "0011_names_for_the_back_office"),
    ]

    operations = [
        migrations.RunSQL(sql=[(READ, None)], reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            "contractmonth",
            "moved",
            models.PositiveIntegerField("moved", db_default=0, default=0),
        ),
        migrations.RunSQL(sql=[(FILL, None)], reverse_sql=migrations.RunSQL.noop),
        migrations.AddIndex(
            "contractmonth",
            models.Index(
                fields=["month"],
                name="traffic_months_with_moved",
                condition=models.Q(moved__gt=0),
            ),
        ),
    ]
