"""Customers and the worker route calls; the back office and the network look."""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, READ, Regrant

WRITES = "SELECT, INSERT, UPDATE"
SEEN = {"staff": (ALL, READ), "network": (READ, "")}
# (before, after) of each role. What is left out keeps its rights.
RIGHTS = {
    "routing_planversion": {"network": (READ, "")},
    "routing_calendar": SEEN,
    "routing_announcement": SEEN,
    "routing_queue": {
        "app": (ALL, READ), "staff": (ALL, READ), "worker": (ALL, READ),
        "network": (READ, ""),
    },
    "routing_override": {
        "app": (ALL, "SELECT, INSERT, UPDATE (ended_at, ended_by_id)"),
        "worker": (ALL, WRITES), **SEEN,
    },
    "routing_redirection": {"app": (ALL, WRITES), "worker": (ALL, WRITES), **SEEN},
    "routing_screeningrule": {"app": (ALL, "SELECT, INSERT, DELETE"), **SEEN},
    "routing_routingsettings": {
        "app": (ALL, "SELECT, INSERT, UPDATE (safety_destination)"),
        "worker": (ALL, WRITES), **SEEN,
    },
    "routing_knowndestination": {
        "app": (ALL, "SELECT, INSERT"), "worker": (ALL, WRITES), **SEEN,
    },
    "routing_compiledplan": {"staff": (ALL, READ)},
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("routing", "0008_shared_versions")]

    operations = [Regrant(table, **roles) for table, roles in RIGHTS.items()]
