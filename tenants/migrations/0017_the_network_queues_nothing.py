"""What the network lists as failed is not tried again by itself.

A listed task is run by the worker, with the worker's rights and whatever arguments
the row holds. Portal, back office and worker hand in tasks anyhow; the network's
role may not. What failed there is seen to by a person, in rows of its own: counting
up another process's would end the tries of that.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION report_failed_work(
    act text, arguments jsonb, reason text, at timestamptz, repeatable boolean
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
"""
NOW = """
    INSERT INTO public.tenants_failedwork AS known
        (act, arguments, fingerprint, reason, attempts, first_at, last_at, next_try_at)
    SELECT $1, $2, md5(concat($2::text, nullif(queues, true))), left($3, 2000), 1,
           $4, $4, CASE WHEN $5 AND queues THEN $4 + interval '1 minute' END
      -- The role this was called as: that of SET ROLE, else the login's.
      FROM (SELECT coalesce(nullif(current_setting('role'), 'none'), session_user)
                   <> 'vms_network' AS queues) AS caller
    ON CONFLICT (act, fingerprint) WHERE settled_at IS NULL DO UPDATE
       SET attempts = known.attempts + 1,
           last_at = excluded.last_at,
           reason = excluded.reason,
           next_try_at = CASE WHEN excluded.next_try_at IS NOT NULL THEN
               $4 + least(interval '1 minute' * (2 ^ least(known.attempts, 10)),
                          interval '6 hours') END
$$
"""
BEFORE = """
    INSERT INTO public.tenants_failedwork AS known
        (act, arguments, fingerprint, reason, attempts, first_at, last_at, next_try_at)
    VALUES ($1, $2, md5($2::text), $3, 1, $4, $4,
            CASE WHEN $5 THEN $4 + interval '1 minute' END)
    ON CONFLICT (act, fingerprint) WHERE settled_at IS NULL DO UPDATE
       SET attempts = known.attempts + 1,
           last_at = excluded.last_at,
           reason = excluded.reason,
           next_try_at = CASE WHEN $5 THEN
               $4 + least(interval '1 minute' * (2 ^ least(known.attempts, 10)),
                          interval '6 hours') END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0016_roles_in_words")]

    operations = [
        migrations.RunSQL(
            sql=[(FUNCTION + NOW, None)], reverse_sql=[(FUNCTION + BEFORE, None)]
        )
    ]
