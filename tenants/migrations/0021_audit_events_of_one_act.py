from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes for the acts and the history of a row; written to meanwhile."""

    atomic = False

    dependencies = [("tenants", "0020_staff_withdraw_tokens")]

    operations = [
        AddIndexConcurrently(
            "auditevent",
            models.Index(
                fields=["request_id", "action", "id"], name="tenants_audit_by_act",
                condition=~models.Q(request_id=""),
            ),
        ),
        AddIndexConcurrently(
            "auditevent",
            models.Index(
                fields=["target_type", "target_id"], name="tenants_audit_by_target"
            ),
        ),
    ]  # fmt: skip
