"""Plans carry a revision; those of before are older than any that has one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("routing", "0004_customer_in_words")]

    operations = [
        migrations.AddField(
            model_name="compiledplan",
            name="revision",
            field=models.BigIntegerField(db_default=0, verbose_name="revision"),
        ),
    ]
