"""Who enters days of service asks for the first open one; nobody else may."""

from django.db import migrations

# What triggers ask, as the role that writes.
ASKED = (
    ("traffic_first_open_day()", "vms_staff, vms_worker"),
    ("billing_refuse_closed(text, date)", "vms_staff, vms_worker"),
    ("billing_is_set_aside(bigint)", "vms_staff, vms_worker"),
    ("billing_is_billed(bigint, bigint, date, date)", "vms_staff, vms_worker"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0012_related_in_words"),
        ("traffic", "0010_months_out_of_reach"),
    ]

    operations = [
        migrations.RunSQL(
            sql=f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC; "
            f"GRANT EXECUTE ON FUNCTION {function} TO {roles}",
            reverse_sql=f"REVOKE ALL ON FUNCTION {function} FROM {roles}; "
            f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC",
        )
        for function, roles in ASKED
    ]
