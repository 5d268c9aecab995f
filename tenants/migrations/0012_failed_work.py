"""The list of work that could not be done. Every process may add to it by one
function; only the back office and the worker read it."""

from django.db import migrations, models

from vms_portal.kernel.data.rls import SharedTable

# Doubling from a minute to six hours; the open row of the same work counts on.
FUNCTION = """
CREATE FUNCTION report_failed_work(
    act text, arguments jsonb, reason text, at timestamptz, repeatable boolean
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
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
$$;
REVOKE ALL ON FUNCTION report_failed_work FROM PUBLIC;
GRANT EXECUTE ON FUNCTION report_failed_work
   TO vms_app, vms_staff, vms_worker, vms_network;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_anchors_each_hour")]

    operations = [
        migrations.CreateModel(
            name="FailedWork",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False,
                    verbose_name="ID")),
                ("act", models.CharField(max_length=200, verbose_name="what")),
                ("arguments", models.JSONField(default=list, verbose_name="about")),
                ("fingerprint", models.CharField(max_length=32)),
                ("reason", models.TextField(verbose_name="reason")),
                ("attempts", models.PositiveIntegerField(
                    default=1, verbose_name="attempts")),
                ("first_at", models.DateTimeField(verbose_name="failed first")),
                ("last_at", models.DateTimeField(verbose_name="failed last")),
                ("next_try_at", models.DateTimeField(
                    null=True, verbose_name="next try")),
                ("settled_at", models.DateTimeField(
                    null=True, verbose_name="settled")),
            ],
            options={
                "verbose_name": "failed work",
                "verbose_name_plural": "what did not work",
                "ordering": ["-last_at", "-id"],
                "indexes": [models.Index(
                    condition=models.Q(("settled_at", None)),
                    fields=["next_try_at"], name="tenants_failedwork_due")],
                "constraints": [models.UniqueConstraint(
                    condition=models.Q(("settled_at", None)),
                    fields=("act", "fingerprint"),
                    name="tenants_failedwork_open_once")],
            },
        ),
        SharedTable(
            "tenants_failedwork", app="", staff="SELECT, UPDATE",
            worker="SELECT, UPDATE, DELETE",
        ),
        migrations.RunSQL(
            sql=FUNCTION,
            reverse_sql="DROP FUNCTION report_failed_work",
        ),
    ]
