"""The portal labels numbers and corrects sites; it writes nothing else of them."""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, APPEND, READ, Regrant

WRITES = "SELECT, INSERT, UPDATE"
# (before, after) of each role. What is left out keeps its rights.
RIGHTS = {
    "numbers_site": {
        "app": (ALL, "SELECT, UPDATE (name, street, postal_code, city)"),
        "staff": (ALL, WRITES),
        "worker": (ALL, WRITES),
    },
    "numbers_line": {
        "app": (ALL, READ), "staff": (ALL, WRITES), "worker": (ALL, WRITES),
    },
    "numbers_geographicnumber": {
        "app": (ALL, "SELECT, UPDATE (label)"),
        "staff": (ALL, WRITES),
        "worker": (ALL, WRITES),
    },
    # An option that was to begin is deleted when it is taken back.
    "numbers_optionperiod": {"app": (ALL, READ)},
    "numbers_numberaccess": {
        "app": (ALL, "SELECT, INSERT, DELETE"),
        "staff": (ALL, READ), "worker": (ALL, READ), "network": (READ, ""),
    },
    "numbers_destinationpolicy": {"staff": (ALL, WRITES), "worker": (ALL, READ)},
    "numbers_onboardingstep": {
        "app": (ALL, APPEND), "staff": (ALL, READ), "worker": (ALL, READ),
    },
    "numbers_historicalsite": {"staff": (ALL, APPEND), "worker": (ALL, APPEND)},
    "numbers_historicalgeographicnumber": {
        "staff": (ALL, APPEND), "worker": (ALL, APPEND),
    },
}  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("numbers", "0004_customer_in_words")]

    operations = [Regrant(table, **roles) for table, roles in RIGHTS.items()]
