"""Which last day a number was given by itself, and which it has from its contract.

A number that ended on the very day its contract did counts as ended with it.
"""

from django.db import migrations, models

# The rows belong to customers: their owner itself is under row security.
OWN = """
ALTER TABLE numbers_geographicnumber NO FORCE ROW LEVEL SECURITY;
ALTER TABLE contracts_contract NO FORCE ROW LEVEL SECURITY;
UPDATE numbers_geographicnumber AS number
   SET own_last_day = number.released_on
  FROM contracts_contract AS contract
 WHERE contract.id = number.contract_id AND number.released_on IS NOT NULL
   AND contract.last_day IS DISTINCT FROM number.released_on;
-- A table with foreign keys still to be checked cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE contracts_contract FORCE ROW LEVEL SECURITY;
ALTER TABLE numbers_geographicnumber FORCE ROW LEVEL SECURITY;
"""


def column() -> models.DateField:
    return models.DateField(
        "last day without its contract", null=True, blank=True, editable=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("numbers", "0008_constraints_in_words"),
        ("contracts", "0004_least_rights"),
    ]

    operations = [
        migrations.AddField("geographicnumber", "own_last_day", column()),
        migrations.AddField("historicalgeographicnumber", "own_last_day", column()),
        migrations.RunSQL(sql=[(OWN, None)], reverse_sql=migrations.RunSQL.noop),
    ]
