"""Sessions of a person end together, also by who may not see them."""

from django.db import migrations, models

from vms_portal.kernel.data.rls import Regrant

BEFORE = "SELECT, INSERT, UPDATE (password, last_login, name, language)"
AFTER = (
    "SELECT, INSERT, UPDATE (password, last_login, name, language, session_generation)"
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0021_audit_events_of_one_act")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_generation",
            field=models.PositiveIntegerField(
                db_default=0, default=0, editable=False,
                verbose_name="generation of sessions",
            ),
        ),
        Regrant("tenants_user", app=(BEFORE, AFTER)),
    ]  # fmt: skip
