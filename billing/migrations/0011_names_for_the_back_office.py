"""Names that the back office shows; nothing changes in the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_least_rights'),
        ('contracts', '0003_customer_in_words'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='customermonth',
            options={'ordering': ['-month', 'tenant'], 'verbose_name': 'customer of a month close', 'verbose_name_plural': 'month close by customer'},
        ),
        migrations.AlterField(
            model_name='contractsummary',
            name='contract',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='summaries', to='contracts.contract', verbose_name='contract'),
        ),
        migrations.AlterField(
            model_name='order',
            name='contract',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='contracts.contract', verbose_name='contract'),
        ),
    ]
