from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a default in the database: the version before goes on writing."""

    dependencies = [("tenants", "0010_invitations_say_when_and_why")]

    operations = [
        migrations.AddField(
            model_name="auditanchor",
            name="hour",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddConstraint(
            model_name="auditanchor",
            constraint=models.UniqueConstraint(
                fields=("tenant", "day", "hour"),
                name="tenants_audit_anchor_once_an_hour",
                nulls_distinct=False,
            ),
        ),
        # Not made again on the way back: several anchors a day may stand there by then,
        # which nobody may delete and the version before can do with.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="auditanchor", name="tenants_audit_anchor_once_a_day"
                )
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE tenants_auditanchor "
                    "DROP CONSTRAINT IF EXISTS tenants_audit_anchor_once_a_day",
                    migrations.RunSQL.noop,
                )
            ],
        ),
    ]
