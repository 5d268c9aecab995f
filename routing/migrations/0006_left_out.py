"""What a plan leaves out, and what of it the administrators have heard of."""

from django.db import migrations, models
from django.db.models import Value


class Migration(migrations.Migration):
    dependencies = [("routing", "0005_plan_revision")]

    operations = [
        migrations.AddField(
            model_name="compiledplan",
            name=name,
            field=models.JSONField(
                default=dict, db_default=Value({}, models.JSONField())
            ),
        )
        for name in ("left_out", "left_out_told")
    ]
