"""What a process lists as failed is tried again when that process may ask for it.

The worker runs what is listed with its own rights and the arguments of the row. Each
row says which role listed it, in rows of its own for all but the workers, and the back
office may write no more of a row than when it is tried again and that it is settled.
"""

from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION report_failed_work(
    act text, arguments jsonb, reason text, at timestamptz, repeatable boolean
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.tenants_failedwork AS known
        (act, arguments, fingerprint, reason, attempts, first_at, last_at,
         next_try_at{column})
    SELECT $1, $2, md5(concat($2::text, {apart})),
           left($3, 2000), 1, $4, $4,
           CASE WHEN $5 AND role <> 'vms_network' THEN $4 + interval '1 minute' END{value}
      -- The role this was called as: that of SET ROLE, else the login's.
      FROM (SELECT coalesce(nullif(current_setting('role'), 'none'), session_user)
                   AS role) AS caller
    ON CONFLICT (act, fingerprint) WHERE settled_at IS NULL DO UPDATE
       SET attempts = known.attempts + 1,
           last_at = excluded.last_at,
           reason = excluded.reason,
           next_try_at = CASE WHEN excluded.next_try_at IS NOT NULL THEN
               $4 + least(interval '1 minute' * (2 ^ least(known.attempts, 10)),
                          interval '6 hours') END
$$
"""
NOW = (
    FUNCTION.replace("{column}", ", reported_by")
    .replace("{value}", ", role")
    .replace(
        "{apart}",
        "CASE WHEN role IN ('vms_app', 'vms_staff', 'vms_network') THEN role END",
    )
)
BEFORE = (
    FUNCTION.replace("{column}", "")
    .replace("{value}", "")
    .replace("{apart}", "nullif(role <> 'vms_network', true)")
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0022_session_generations")]

    operations = [
        migrations.AddField(
            "failedwork",
            "reported_by",
            models.CharField(db_default="", default="", max_length=63),
        ),
        migrations.RunSQL(
            sql=[(NOW, None)], reverse_sql=[(BEFORE, None)]
        ),
        migrations.RunSQL(
            sql="REVOKE UPDATE ON tenants_failedwork FROM vms_staff; "
            "GRANT UPDATE (next_try_at, settled_at) ON tenants_failedwork TO vms_staff",
            reverse_sql="REVOKE UPDATE (next_try_at, settled_at) "
            "ON tenants_failedwork FROM vms_staff; "
            "GRANT UPDATE ON tenants_failedwork TO vms_staff",
        ),
    ]
