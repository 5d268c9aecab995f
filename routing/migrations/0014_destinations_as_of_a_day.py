"""What is an outside number today may be chosen as one of a later day as well."""

from django.db import migrations, models

# Of two the later one stays: it was written over the earlier.
ONE_OF_EACH = """
ALTER TABLE routing_knowndestination NO FORCE ROW LEVEL SECURITY;
DELETE FROM routing_knowndestination AS earlier
 USING routing_knowndestination AS later
 WHERE later.tenant_id = earlier.tenant_id AND later.e164 = earlier.e164
   AND later.first_used_at > earlier.first_used_at;
ALTER TABLE routing_knowndestination FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0013_revisions_of_the_clock")]

    operations = [
        migrations.AddConstraint(
            "knowndestination",
            models.UniqueConstraint(
                fields=["tenant", "e164", "first_used_at"],
                name="routing_destination_known_as_of",
            ),
        ),
        migrations.RemoveConstraint(
            "knowndestination", "routing_destination_known_once"
        ),
        migrations.RunSQL(sql=migrations.RunSQL.noop, reverse_sql=ONE_OF_EACH),
    ]
