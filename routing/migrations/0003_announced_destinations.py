"""When the administrators heard of a new destination; of those so far they have."""

from django.db import migrations, models

# The rows belong to customers: their owner itself is under row security.
HEARD = """
ALTER TABLE routing_knowndestination NO FORCE ROW LEVEL SECURITY;
UPDATE routing_knowndestination SET announced_at = first_used_at;
ALTER TABLE routing_knowndestination FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0002_row_security")]

    operations = [
        migrations.AddField(
            model_name="knowndestination",
            name="announced_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(sql=[(HEARD, None)], reverse_sql=migrations.RunSQL.noop),
    ]
