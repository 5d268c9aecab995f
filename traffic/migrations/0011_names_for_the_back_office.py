"""Names that the back office shows; nothing changes in the database."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('traffic', '0010_months_out_of_reach'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='ingestbatch',
            options={'ordering': ['-received_at'], 'verbose_name': 'call file', 'verbose_name_plural': 'call files'},
        ),
        migrations.AlterModelOptions(
            name='period',
            options={'ordering': ['-month'], 'verbose_name': 'billing month', 'verbose_name_plural': 'billing months'},
        ),
        migrations.AlterModelOptions(
            name='quarantinedrecord',
            options={'ordering': ['-received_at', '-id'], 'verbose_name': 'call set aside', 'verbose_name_plural': 'calls set aside'},
        ),
    ]
