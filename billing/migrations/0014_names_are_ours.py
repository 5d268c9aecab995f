"""Functions of ours look names up in our schema, never among temporary tables.

Temporary tables come first in every path that does not name them. The worker's role
could make a ``billing_invoice`` of its own, which the trigger on lines then asked
whether the invoice was being issued. The apps below come along: one fault, one place.
"""

from django.db import migrations

PLAIN = (
    "billing_agreed_first()",
    "billing_begins_open()",
    "billing_invoice_names_transaction()",
    "billing_invoiceline_adds_up()",
    "billing_invoicevat_adds_up()",
    "billing_is_billed(bigint, bigint, date, date)",
    "billing_is_set_aside(bigint)",
    "billing_part_comes_at_issue()",
    "billing_price_list_stays()",
    "billing_price_list_to_come()",
    "billing_refuse_closed(text, date)",
    "billing_sent_stays()",
    "billing_stays_closed()",
    "billing_work_stays()",
    "forbid_change()",
    "routing_published_stays()",
    "tenants_no_member_staff()",
    "tenants_no_staff_member()",
    "tenants_staff_by_staff()",
    "traffic_partition_name(date)",
)
WITH_A_PATH = (
    "report_failed_work(text, jsonb, text, timestamptz, boolean)",
    "tenants_staff_author(bigint)",
    "traffic_add_up_days()",
    "traffic_detach_partition(date)",
    "traffic_first_open_day()",
    "traffic_make_partition(date)",
)
SET = "ALTER FUNCTION {} SET search_path = pg_catalog, public, pg_temp"
RESET = "ALTER FUNCTION {} RESET search_path"
SET_AS_BEFORE = "ALTER FUNCTION {} SET search_path = pg_catalog, public"


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0013_functions_by_role"),
        ("routing", "0009_least_rights"),
        ("tenants", "0017_the_network_queues_nothing"),
        ("traffic", "0010_months_out_of_reach"),
    ]

    operations = [
        migrations.RunSQL(
            sql=SET.format(function), reverse_sql=before.format(function)
        )
        for functions, before in ((PLAIN, RESET), (WITH_A_PATH, SET_AS_BEFORE))
        for function in functions
    ]
