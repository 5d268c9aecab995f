"""Each role keeps what it uses; docs/threat-model.md has the whole table."""

from django.db import migrations

from vms_portal.kernel.data.rls import ALL, APPEND, READ, Regrant

WRITES = "SELECT, INSERT, UPDATE"
# (before, after) of each role. What is left out keeps its rights.
RIGHTS = {
    "django_migrations": {"app": (READ, ""), "worker": (READ, "")},
    "django_admin_log": {"staff": (ALL, APPEND), "worker": (READ, "")},
    "tenants_tenant": {"staff": (ALL, WRITES), "worker": (ALL, READ)},
    "tenants_member": {
        # created_at: Django writes it again, unchanged, when somebody comes back.
        "app": (
            ALL,
            "SELECT, INSERT, UPDATE (role, sees_all_numbers, is_active, created_at)",
        ),
        # Only the demo's are made by staff; a customer's administrators decide.
        "staff": (ALL, APPEND),
        "worker": (ALL, READ),
        "network": (READ, ""),
    },
    "tenants_invitation": {
        "app": (ALL, "SELECT, INSERT, UPDATE (accepted_at, revoked_at)"),
        "staff": (ALL, "SELECT, INSERT, UPDATE (revoked_at)"),
        "worker": (ALL, READ),
    },
    "tenants_apitoken": {
        "app": (ALL, "SELECT, INSERT, UPDATE (last_used_at, revoked_at)"),
        "staff": (ALL, READ),
        "worker": (ALL, READ),
        "network": (READ, ""),
    },
    # The worker clears what has expired, unread.
    "tenants_staffsession": {"worker": ("", "SELECT (session_key, expire_date), DELETE")},
    "tenants_audithead": dict.fromkeys(
        ("app", "staff", "worker", "network"),
        (WRITES, "SELECT, INSERT, UPDATE (sequence, hash)"),
    ),
    "tenants_idempotencykey": {
        "app": (ALL, "SELECT, INSERT, UPDATE (status, body), DELETE"),
        "staff": (ALL, ""),
        "worker": (ALL, "SELECT, DELETE"),
        "network": (ALL, ""),
    },
}


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_people_by_role")]

    operations = [Regrant(table, **roles) for table, roles in RIGHTS.items()]
