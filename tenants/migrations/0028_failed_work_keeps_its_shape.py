"""What is listed as failed has the shape of what a task takes, and is of this moment.

Every process may list work, and the worker and the back office read all of it. Arguments
that are no short list of what tasks take are kept as the beginning of their text, and
the work is not tried again by itself. The caller's clock is heard no more.
"""

from django.db import migrations

ROLE = "coalesce(nullif(current_setting('role'), 'none'), session_user)"
# Bytes; a task that pushes 500 plans is told of in some thousand.
NOW = f"""
CREATE OR REPLACE FUNCTION report_failed_work(
    act text, arguments jsonb, reason text, at timestamptz, repeatable boolean
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.tenants_failedwork AS known
        (act, arguments, fingerprint, reason, attempts, first_at, last_at,
         next_try_at, reported_by)
    SELECT left($1, 200), about,
           md5(concat(about::text, CASE
               WHEN role IN ('vms_app', 'vms_staff', 'vms_network') THEN role END)),
           left($3, 2000), 1, now, now,
           CASE WHEN $5 AND is_fit AND role <> 'vms_network'
                THEN now + interval '1 minute' END,
           role
      FROM (SELECT role, now, is_fit,
                   CASE WHEN is_fit THEN $2
                        ELSE jsonb_build_array(left($2::text, 200)) END AS about
              -- The role this was called as: that of SET ROLE, else the login's.
              FROM (SELECT {ROLE} AS role, statement_timestamp() AS now,
                           CASE WHEN jsonb_typeof($2) <> 'array'
                                  OR octet_length($2::text) > 50000 THEN false
                                ELSE NOT jsonb_path_exists($2, 'strict $.**{{4 to last}}')
                                 AND NOT jsonb_path_exists($2, 'strict $.** ?
                                     (@.type() == "number" &&
                                      (@ < -9223372036854775808
                                       || @ > 9223372036854775807))')
                           END AS is_fit) AS call) AS judged
    ON CONFLICT (act, fingerprint) WHERE settled_at IS NULL DO UPDATE
       SET attempts = known.attempts + 1,
           last_at = excluded.last_at,
           reason = excluded.reason,
           next_try_at = CASE WHEN excluded.next_try_at IS NOT NULL THEN
               excluded.last_at
               + least(interval '1 minute' * (2 ^ least(known.attempts, 10)),
                       interval '6 hours') END
$$
"""
BEFORE = f"""
CREATE OR REPLACE FUNCTION report_failed_work(
    act text, arguments jsonb, reason text, at timestamptz, repeatable boolean
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.tenants_failedwork AS known
        (act, arguments, fingerprint, reason, attempts, first_at, last_at,
         next_try_at, reported_by)
    SELECT $1, $2, md5(concat($2::text, CASE
               WHEN role IN ('vms_app', 'vms_staff', 'vms_network') THEN role END)),
           left($3, 2000), 1, $4, $4,
           CASE WHEN $5 AND role <> 'vms_network' THEN $4 + interval '1 minute' END,
           role
      FROM (SELECT {ROLE} AS role) AS caller
    ON CONFLICT (act, fingerprint) WHERE settled_at IS NULL DO UPDATE
       SET attempts = known.attempts + 1,
           last_at = excluded.last_at,
           reason = excluded.reason,
           next_try_at = CASE WHEN excluded.next_try_at IS NOT NULL THEN
               $4 + least(interval '1 minute' * (2 ^ least(known.attempts, 10)),
                          interval '6 hours') END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0027_the_network_knows_no_customer")]

    operations = [
        migrations.RunSQL(sql=[(NOW, None)], reverse_sql=[(BEFORE, None)]),
    ]
