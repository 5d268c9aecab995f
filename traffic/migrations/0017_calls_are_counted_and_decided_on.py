"""The worker changes of counted calls and deliveries what the network does, and decides.

It could move the sums of a contract to another day or customer, and rewrite whose a
delivery was. The back office corrects and decides what was set aside, no more.
"""

from django.db import migrations

from vms_portal.kernel.data.rls import APPEND, Regrant

WRITE = "SELECT, INSERT, UPDATE"
DECIDES = "SELECT, UPDATE (call_id, content, note, resolved_at, source, state)"
COUNTS = "direct, refused, rerouted, test"
RIGHTS = {
    "traffic_contractday": COUNTS,
    "traffic_contractmonth": f"{COUNTS}, moved",
    "traffic_ingestbatch": "answer",
    "traffic_quarantinedrecord": (
        "call_id, content, note, reason, received_at, resolved_at, source, state"
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("traffic", "0016_months_close_step_by_step"),
        ("tenants", "0032_nobody_joins_by_the_back_office"),
    ]

    operations = [
        Regrant(table, worker=(WRITE, f"{APPEND}, UPDATE ({columns})"))
        for table, columns in RIGHTS.items()
    ] + [
        Regrant("traffic_quarantinedrecord", staff=("SELECT, UPDATE", DECIDES)),
    ]
