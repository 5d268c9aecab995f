"""Which diversions ended by themselves without their author knowing.

Those that ended before were told, or are past telling: none of them is marked.
"""

from django.db import migrations, models

from vms_portal.kernel.data.rls import Regrant

OLD = "SELECT, INSERT, UPDATE (ended_at, ended_by_id)"
NEW = "SELECT, INSERT, UPDATE (ended_at, ended_by_id, is_untold)"


class Migration(migrations.Migration):
    dependencies = [("routing", "0009_least_rights")]

    operations = [
        migrations.AddField(
            model_name="override",
            name="is_untold",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="override",
            index=models.Index(
                condition=models.Q(("is_untold", True)),
                fields=["tenant"],
                name="routing_override_untold",
            ),
        ),
        Regrant("routing_override", app=(OLD, NEW)),
    ]
