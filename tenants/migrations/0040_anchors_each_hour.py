from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a default in the database: the version before goes on writing."""

    dependencies = [("tenants", "0030_invitations_say_when_and_why")]

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
        migrations.RemoveConstraint(
            model_name="auditanchor", name="tenants_audit_anchor_once_a_day"
        ),
    ]
