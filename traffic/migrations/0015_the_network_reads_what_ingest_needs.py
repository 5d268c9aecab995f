"""The network reads what ingest looks up, and writes the columns that ingest writes.

It could read every customer's contracts, sites, lines, options and diversions allowed,
and the plans themselves; the network takes those from Redis.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import READ, Regrant

UNREAD = (
    "contracts_contract",
    "numbers_destinationpolicy",
    "numbers_line",
    "numbers_optionperiod",
    "numbers_site",
    "routing_compiledplan",
)
OWNER = "SELECT (activated_on, contract_id, e164, id, released_on, tenant_id)"
SUMS = "direct, refused, rerouted, test"
WRITE = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0005_constraints_in_words"),
        ("numbers", "0009_last_day_of_its_own"),
        ("routing", "0013_revisions_of_the_clock"),
        ("traffic", "0014_months_of_calls"),
    ]

    operations = [
        *(Regrant(table, network=(READ, "")) for table in UNREAD),
        Regrant("numbers_geographicnumber", network=(READ, OWNER)),
        Regrant(
            "traffic_callrecord",
            network=("SELECT, INSERT, DELETE", "SELECT, DELETE"),
        ),
        Regrant(
            "traffic_contractday",
            network=(WRITE, f"SELECT, INSERT, UPDATE ({SUMS})"),
        ),
        Regrant(
            "traffic_contractmonth",
            network=(WRITE, f"SELECT, INSERT, UPDATE (moved, {SUMS})"),
        ),
        Regrant(
            "traffic_ingestbatch",
            network=(WRITE, "SELECT, INSERT, UPDATE (answer)"),
        ),
        Regrant(
            "traffic_period",
            network=(
                "SELECT, INSERT, UPDATE (month)",
                "SELECT (month, state), INSERT (month, state), UPDATE (month)",
            ),
        ),
        Regrant(
            "traffic_quarantinedrecord",
            network=(
                WRITE,
                "SELECT, INSERT, UPDATE (call_id, content, reason, received_at, "
                "resolved_at, source, state)",
            ),
        ),
    ]
