from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_compact_vat_numbers")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="mailed_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="mail sent at"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="reason",
            # The version before this one knows no such column.
            field=models.CharField(
                blank=True, db_default="", default="", max_length=200,
                verbose_name="reason",
            ),
        ),
    ]  # fmt: skip
