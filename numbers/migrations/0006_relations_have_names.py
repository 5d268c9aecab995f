"""Relations carry their names, so that forms in every language do."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0003_customer_in_words'),
        ('numbers', '0005_least_rights'),
    ]

    operations = [
        migrations.AlterField(
            model_name='geographicnumber',
            name='contract',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.contract', verbose_name='contract'),
        ),
        migrations.AlterField(
            model_name='geographicnumber',
            name='site',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='geographic_numbers', to='numbers.site', verbose_name='site'),
        ),
        migrations.AlterField(
            model_name='historicalgeographicnumber',
            name='contract',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='contracts.contract', verbose_name='contract'),
        ),
        migrations.AlterField(
            model_name='historicalgeographicnumber',
            name='site',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='numbers.site', verbose_name='site'),
        ),
    ]
