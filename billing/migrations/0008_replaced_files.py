"""A damaged file that cannot be restored byte for byte is replaced by a new row."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_lines_come_at_issue")]

    operations = [
        migrations.AlterModelOptions(
            name="storedfile",
            options={
                "ordering": ["-pk"],
                "verbose_name": "stored file",
                "verbose_name_plural": "stored files",
            },
        ),
        migrations.AddField(
            model_name="storedfile",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="billing.storedfile",
                verbose_name="replaces",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="storedfile", name="billing_file_once_per_invoice"
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.UniqueConstraint(
                fields=["invoice", "kind"],
                name="billing_file_once_per_invoice",
                condition=Q(replaces=None),
            ),
        ),
    ]
