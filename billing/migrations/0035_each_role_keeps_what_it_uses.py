"""Each role keeps the rights that its process uses, column by column.

Prices that somebody agreed, options and work of orders, calendars, texts and callers'
rules are changed by people, in the portal or the back office. The worker could as well,
so whoever takes it over could change what is billed and where calls go without a trace.
The portal could give what it changes another customer's number or name in a plan.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, APPEND, READ, Regrant

WRITE = "SELECT, INSERT, UPDATE"
# What each could do with a table, and what it does.
WORKER = {
    "billing_contractoption": (ALL, APPEND),
    "billing_contractsummary": (
        WRITE, f"{APPEND}, UPDATE (state, problem, sent_at, sent_to)",
    ),
    "billing_indexation": (ALL, READ),
    "billing_oneoff": (ALL, f"{APPEND}, UPDATE (bill_in)"),
    "billing_order": (ALL, APPEND),
    "billing_promotion": (ALL, READ),
    "billing_subscriptionquote": (ALL, READ),
    "contracts_contract": (WRITE, f"{APPEND}, UPDATE (state, activated_on)"),
    "numbers_geographicnumber": (WRITE, f"{APPEND}, UPDATE (site_id, label)"),
    "numbers_line": (WRITE, f"{APPEND}, UPDATE (channels, told_at)"),
    "numbers_onboardingstep": (READ, ""),
    "numbers_optionperiod": (ALL, APPEND),
    "numbers_site": (WRITE, f"{APPEND}, UPDATE (street, postal_code, city)"),
    "routing_announcement": (ALL, APPEND),
    "routing_calendar": (ALL, APPEND),
    "routing_knowndestination": (
        WRITE, f"{APPEND}, UPDATE (first_used_at, added_by_id, announced_at)",
    ),
    "routing_override": (
        WRITE, f"{APPEND}, UPDATE (ended_at, ended_by_id, is_untold)",
    ),
    "routing_planversion": (ALL, WRITE),
    "routing_redirection": (WRITE, f"{APPEND}, UPDATE (is_on, until)"),
    "routing_routingsettings": (WRITE, f"{APPEND}, UPDATE (safety_destination)"),
    "routing_screeningrule": (ALL, READ),
    "routing_sharedversion": (APPEND, READ),
}  # fmt: skip
PORTAL = {
    "routing_announcement": (ALL, f"{APPEND}, UPDATE (name, text), DELETE"),
    "routing_calendar": (
        ALL, f"{APPEND}, UPDATE (name, definition, revision), DELETE",
    ),
    "routing_compiledplan": (ALL, WRITE),
    "routing_redirection": (
        WRITE,
        f"{APPEND}, UPDATE (destination, backup, after_s, is_on, starts_at, until)",
    ),
}  # fmt: skip
STAFF = {
    "billing_contractsummary": (WRITE, f"{APPEND}, UPDATE (state, sent_at, sent_to)"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0034_nothing_begins_before_the_first_month"),
        ("numbers", "0010_lines_are_told"),
        ("routing", "0014_destinations_as_of_a_day"),
    ]

    operations = [
        Regrant(table, **{role: rights})
        for role, tables in (("worker", WORKER), ("app", PORTAL), ("staff", STAFF))
        for table, rights in tables.items()
    ]
