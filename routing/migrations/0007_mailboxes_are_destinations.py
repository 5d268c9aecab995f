"""Mailboxes of voicemail are destinations; those of live plans are known already."""

from django.db import migrations, models

# The rows belong to customers: their owner itself is under row security.
KNOWN = """
ALTER TABLE routing_knowndestination NO FORCE ROW LEVEL SECURITY;
ALTER TABLE routing_planversion NO FORCE ROW LEVEL SECURITY;
INSERT INTO routing_knowndestination
       (tenant_id, e164, first_used_at, announced_at, added_by_id)
SELECT DISTINCT ON (tenant_id, lower(step ->> 'mailbox'))
       version.tenant_id, lower(step ->> 'mailbox'), version.published_at,
       version.published_at, version.published_by_id
  FROM routing_planversion AS version,
       jsonb_each(version.document -> 'nodes') AS node (name, step)
 WHERE version.state = 'live' AND version.published_at IS NOT NULL
   AND version.published_by_id IS NOT NULL
   AND jsonb_typeof(step) = 'object' AND step ->> 'mailbox' <> ''
   AND length(step ->> 'mailbox') <= 320
 ORDER BY tenant_id, lower(step ->> 'mailbox'), version.published_at
    ON CONFLICT DO NOTHING;
-- A table with foreign keys still to be checked cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE routing_planversion FORCE ROW LEVEL SECURITY;
ALTER TABLE routing_knowndestination FORCE ROW LEVEL SECURITY;
"""
FORGOTTEN = """
ALTER TABLE routing_knowndestination NO FORCE ROW LEVEL SECURITY;
DELETE FROM routing_knowndestination WHERE NOT starts_with(e164, '+');
ALTER TABLE routing_knowndestination FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("routing", "0006_left_out")]

    operations = [
        migrations.AlterField(
            model_name="knowndestination",
            name="e164",
            field=models.CharField(max_length=320, verbose_name="number or mailbox"),
        ),
        migrations.RunSQL(sql=[(KNOWN, None)], reverse_sql=[(FORGOTTEN, None)]),
    ]
